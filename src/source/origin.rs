//! From a part of a scalar's text back to its place in the file.

use std::sync::Arc;

use super::style::Style;

/// The starts of a text's parts, in the text and in the file. The two differ: blocks are indented, long lines are folded and quotes
/// have escapes.
#[derive(Debug, Clone)]
pub struct Origin(Arc<[(u32, u32)]>);

impl Origin {
    /// Lays a text over what the file has of it, which starts at the byte `start` of the file.
    pub(super) fn find(text: &str, written: &str, style: Style, start: u32) -> Self {
        let mut walk = Walk { text, written, at: 0, from: 0, pieces: Vec::new(), start };
        // An anchor and a tag stand before the text.
        while style != Style::Block && written[walk.from..].starts_with(['&', '!']) {
            let word = written[walk.from..].find(char::is_whitespace).unwrap_or(written.len() - walk.from);
            walk.from += word;
            walk.from = written.len() - written[walk.from..].trim_start().len();
        }
        let escapes = style == Style::Quoted && written[walk.from..].starts_with('"');
        // A block starts on the line after its `|` or `>`.
        walk.from += usize::from(style == Style::Quoted);
        walk.piece();
        while walk.step(escapes) {}
        Origin(walk.pieces.into())
    }

    /// The place in the file of a byte of the text.
    pub(super) fn byte(&self, at: usize) -> Option<u32> {
        let at = u32::try_from(at).ok()?;
        let (text, file) = self.0[..self.0.partition_point(|(text, _)| *text <= at)].last()?;
        Some(file + (at - text))
    }
}

/// Two cursors: one in the text, one in what the file has.
struct Walk<'a> {
    text: &'a str,
    written: &'a str,
    at: usize,
    from: usize,
    pieces: Vec<(u32, u32)>,
    start: u32,
}

impl Walk<'_> {
    /// Says that the text goes on here.
    fn piece(&mut self) {
        self.pieces.push((self.at as u32, self.start + self.from as u32));
    }

    /// Goes over one letter, escape or gap. False at the end, and where the two do not fit.
    fn step(&mut self, escapes: bool) -> bool {
        let (text, written) = (&self.text[self.at..], &self.written[self.from..]);
        let (Some(letter), Some(raw)) = (text.chars().next(), written.chars().next()) else { return false };
        if escapes && raw == '\\' {
            let (length, letters) = escape(written);
            self.from += length;
            self.at += if letters == 0 { 0 } else { letter.len_utf8() };
            self.piece();
        } else if raw == '\'' && letter == '\'' && written.starts_with("''") {
            self.from += 2;
            self.at += 1;
            self.piece();
        } else if letter == raw && !matches!(letter, '\n' | '\r') {
            self.from += raw.len_utf8();
            self.at += letter.len_utf8();
        } else if letter.is_whitespace() || raw.is_whitespace() {
            self.from += written.len() - written.trim_start().len();
            self.at += text.len() - text.trim_start().len();
            self.piece();
        } else {
            return false;
        }
        true
    }
}

/// Whether these are the digits of the first half of a letter that JSON writes as two escapes.
fn is_first_of_pair(digits: &str) -> bool {
    let unit = digits.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    unit.is_some_and(|unit| (0xd800..0xdc00).contains(&unit)) && digits[4..].starts_with("\\u")
}

/// How long the escape at the start is in the file, and how many letters it stands for.
fn escape(written: &str) -> (usize, usize) {
    match written.as_bytes().get(1) {
        Some(b'x') => (4, 1),
        Some(b'u') if is_first_of_pair(&written[2..]) => (12, 1),
        Some(b'u') => (6, 1),
        Some(b'U') => (10, 1),
        // A line that goes on: the break and the indentation are no part of the text.
        Some(b'\n' | b'\r') => (1 + written[1..].len() - written[1..].trim_start().len(), 0),
        Some(_) => (1 + written[1..].chars().next().map_or(0, char::len_utf8), 1),
        None => (1, 0),
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{Findings, Sources};
    use crate::source::parse;

    /// The place of `here` in the text of the key `a`.
    fn place(file: &str) -> String {
        let (mut sources, mut findings) = (Sources::default(), Findings::default());
        let id = sources.add("f", file);
        let root = parse(id, file, &mut findings).unwrap();
        let node = root.get("a").unwrap();
        let at = node.text().unwrap().find("here").unwrap();
        let span = node.inside(at..at + 4).unwrap();
        assert_eq!(sources.text(span), "here", "{file}");
        sources.place(span)
    }

    #[test]
    fn a_part_of_a_text_has_its_place_in_every_style() {
        for (file, expected) in [
            ("a: x here\n", "f:1:6"),
            ("a: 'x here'\n", "f:1:7"),
            ("a: 'it''s here'\n", "f:1:11"),
            ("a: \"x\\n\\ty\\u00e4 here\"\n", "f:1:18"),
            ("a: \"x \\\n   y here\"\n", "f:2:6"),
            ("a: |\n  one\n    two\n\n  then here\nb: 1\n", "f:5:8"),
            ("a: |-\r\n  one\r\n\r\n  here\r\n", "f:4:3"),
            ("a: >\n  one\n  two here\n  three\n", "f:3:7"),
            ("a: |2\n    one\n  here\n", "f:3:3"),
            ("a: one\n  two\n  here\n", "f:3:3"),
            ("a: 'one\n\n  here'\n", "f:3:3"),
            ("a: |\n  äö\n  ü here\n", "f:3:5"),
        ] {
            assert_eq!(place(file), expected, "{file}");
        }
    }

    #[test]
    fn the_text_of_an_alias_stands_at_its_anchor() {
        for text in ["'it is here'", "it is here", "\"it is here\"", "!!str it is here"] {
            assert!(place(&format!("x: &x {text}\na: *x\n")).starts_with("f:1:"), "{text}");
        }
    }
}
