//! Indentation that YAML 1.2 forbids and most tools take: quoted texts and lists that continue further left, a comment after an empty
//! block. Blanks at the start of such a line mean nothing, so the scanner is given more of them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use saphyr_parser::ScanError;

/// Blanks that a line gets: more than any map is indented.
const MORE: usize = 256;

/// Bytes that a document may be scanned for, over and over.
const MOST_WORK: usize = 16 << 20;

/// Whether the scanner stopped at a line in brackets that is too far left.
pub(super) fn is_of_brackets(error: &ScanError) -> bool {
    error.info() == "invalid indentation" || error.info().contains("invalid indentation in flow")
}

/// A text with corrections for the scanner.
pub(super) struct Loose<'t> {
    text: &'t str,
    /// Comments that are left out; as many line ends are in their places.
    left_out: Vec<(usize, usize)>,
    /// Starts of lines that get more blanks.
    lines: BTreeSet<usize>,
    work: usize,
}

impl<'t> Loose<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Loose { text, left_out: Vec::new(), lines: BTreeSet::new(), work: 0 }
    }

    /// The text as the scanner takes it.
    pub(super) fn text(&self) -> Cow<'t, str> {
        if self.lines.is_empty() && self.left_out.is_empty() {
            return Cow::Borrowed(self.text);
        }
        let (mut out, mut done) = (String::with_capacity(self.text.len() + self.lines.len() * MORE), 0);
        for line in &self.lines {
            out.push_str(&self.text[done..*line]);
            out.extend(std::iter::repeat_n(' ', MORE));
            done = *line;
        }
        out.push_str(&self.text[done..]);
        for (start, end) in &self.left_out {
            let (start, end) = (self.there(*start), self.there(*end));
            out.replace_range(start..end, &"\n".repeat(end - start));
        }
        Cow::Owned(out)
    }

    /// A place of the text in the one that the scanner takes.
    fn there(&self, at: usize) -> usize {
        at + self.lines.range(..=at).count() * MORE
    }

    /// A place that the scanner names in the text.
    pub(super) fn here(&self, at: usize) -> usize {
        let mut before = 0;
        for line in &self.lines {
            let start = line + before;
            if at < start {
                break;
            }
            before += MORE.min(at - start);
        }
        at - before
    }

    /// Gives the text what it lacks at an error of the scanner; says whether it is worth another try. `at` is a place of the text.
    pub(super) fn mend(&mut self, error: &ScanError, at: usize) -> bool {
        self.work += self.text.len() + self.lines.len() * MORE;
        if self.work > MOST_WORK {
            return false;
        }
        let info = error.info();
        if info.contains("invalid indentation in quoted scalar") {
            let starts = self.lines_of_quoted(at);
            let before = self.lines.len();
            self.lines.extend(starts);
            self.lines.len() > before
        } else if is_of_brackets(error) || info.contains("tab cannot be used") {
            self.lines.insert(self.line_start(at))
        } else {
            info.contains("wrongly indented line in block scalar") && self.leave_out_comment(at)
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// The starts of the lines in the quoted text that starts at a place.
    fn lines_of_quoted(&self, start: usize) -> Vec<usize> {
        let bytes = self.text.as_bytes();
        let Some(quote @ (b'\'' | b'"')) = bytes.get(start).copied() else { return Vec::new() };
        let (mut at, mut starts) = (start + 1, Vec::new());
        while let Some(byte) = bytes.get(at) {
            match *byte {
                b'\\' if quote == b'"' => {
                    // A line break that is escaped ends a line all the same.
                    at += usize::from(bytes.get(at + 1) != Some(&b'\n') && bytes.get(at + 1) != Some(&b'\r'));
                }
                b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
                b'\n' => starts.push(at + 1),
                byte if byte == quote => return starts,
                _ => {}
            }
            at += 1;
        }
        Vec::new()
    }

    fn leave_out_comment(&mut self, at: usize) -> bool {
        let end = self.text[at..].find(['\n', '\r']).map_or(self.text.len(), |length| at + length);
        let is_comment = self.text[at..].starts_with('#') && self.left_out.iter().all(|(start, _)| *start != at);
        if is_comment {
            self.left_out.push((at, end));
        }
        is_comment
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::base::{Findings, Sources};
    use crate::source::{Node, parse};

    fn read(text: &str) -> Result<Node, Vec<String>> {
        let mut sources = Sources::default();
        let id = sources.add("t.yaml", text);
        let mut findings = Findings::default();
        parse(id, text, &mut findings)
            .map_err(|_| findings.iter().map(|one| format!("{} {}", sources.place(one.span), one.message)).collect())
    }

    #[test]
    fn indentation_that_yaml_forbids_is_read_as_most_tools_do() {
        for (text, expected) in [
            ("a:\n  b: 'one\ntwo'\n  c: 1\n", json!({"a": {"b": "one two", "c": 1}})),
            ("a:\n  b: 'it''s\n\n\ttwo\n x'\n  c: 1\n", json!({"a": {"b": "it's\ntwo x", "c": 1}})),
            ("a:\r\n  b: \"one\r\n\\ttwo\"\r\n  c: 1\r\n", json!({"a": {"b": "one \ttwo", "c": 1}})),
            ("a:\n  b: \"one\\\ntwo \\\" \n# x\"\n  c: 1\n", json!({"a": {"b": "onetwo \" # x", "c": 1}})),
            ("a:\n  b: [\n1,\n2\n]\n  c: {\nd: 1\n}\n", json!({"a": {"b": [1, 2], "c": {"d": 1}}})),
            ("a:\n  b: |-\n      \n   # an empty block\n\n  c: 1\n", json!({"a": {"b": "", "c": 1}})),
            ("a:\n  b: |4\n     # an empty block\n  c: 'x\ny'\n", json!({"a": {"b": "", "c": "x y"}})),
            (
                "é:\n  b: &x 'one\ntwo'\n  c: *x\n  d: !Sub 'x'\n",
                json!({"é": {"b": "one two", "c": "one two", "d": {"Fn::Sub": "x"}}}),
            ),
        ] {
            assert_eq!(read(text).map(|node| node.to_json()), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "é:\n  b: 'one\ntwo'\n  # é\n  c: three\n  d: [\nfour\n]\n";
        let node = read(text).unwrap();
        let shown = |span: crate::base::Span| &text[span.start as usize..span.end as usize];
        let map = node.get("é").unwrap();
        assert_eq!(shown(map.get("b").unwrap().span), "'one\ntwo'");
        let entry = map.entry("c").unwrap();
        assert_eq!((shown(entry.key.span), shown(entry.value.span)), ("c", "three"));
        assert_eq!(shown(map.get("d").unwrap().items()[0].span), "four");
    }

    #[test]
    fn what_cannot_be_mended_has_its_finding_at_its_place() {
        let found = read("a:\n  b: 'one\ntwo'\n  c: \"x\n").unwrap_err();
        assert!(found[0].starts_with("t.yaml:4:6 this is not YAML or JSON"), "{found:?}");
        let found = read("a:\n  b: [1,\nc: 2\nd: 3\n").unwrap_err();
        assert!(found[0].starts_with("t.yaml:3:1 this is not YAML or JSON"), "{found:?}");
        let found = read("a:\n  b: |\n      \n   text\n").unwrap_err();
        assert!(found[0].starts_with("t.yaml:4:4 this is not YAML or JSON: wrongly"), "{found:?}");
    }
}
