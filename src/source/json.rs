//! JSON as programs write it, without the scanner of YAML: that one keeps every token of a document from its first `{` to the
//! last `}`, fifty times the document's size, since all of it could be a key.
//!
//! A text that is not plain JSON in every letter is left to the reader of YAML, which also reports errors. A text beyond the limits
//! of a tree is refused here: YAML's scanner would take its memory and refuse it too.

use std::borrow::Cow;

use super::reader::{OpenKind, Reader};
use super::style::Style;
use crate::base::{Diagnostic, SourceId, Span};

#[cfg(test)]
mod tests;

/// The longest key that YAML takes, in bytes.
const MAX_KEY: usize = 1000;

/// Reads an object into the reader. `Ok(false)` where the text is something else or has a mistake.
pub(super) fn read(source: SourceId, text: &str, reader: &mut Reader<'_>) -> Result<bool, Box<Diagnostic>> {
    let mut json = Json { source, text, at: 0, reader, refused: None };
    let is_read = json.document().is_some();
    json.refused.map_or(Ok(is_read), Err)
}

struct Json<'r, 't, 's> {
    source: SourceId,
    text: &'t str,
    /// The byte that comes next.
    at: usize,
    reader: &'r mut Reader<'s>,
    /// A limit of the tree that the text is past.
    refused: Option<Box<Diagnostic>>,
}

impl<'t> Json<'_, 't, '_> {
    fn document(&mut self) -> Option<()> {
        self.space();
        if self.peek()? != b'{' {
            return None;
        }
        self.value()?;
        while let Some(open) = self.reader.innermost() {
            let (is_map, is_empty) = match open {
                OpenKind::Mapping { entries, .. } => (true, entries.is_empty()),
                OpenKind::Sequence(items) => (false, items.is_empty()),
            };
            self.member(is_map, is_empty)?;
        }
        self.space();
        (self.at == self.text.len()).then_some(())
    }

    /// Keeps the reader's refusal.
    fn taken(&mut self, answer: Result<(), Box<Diagnostic>>) -> Option<()> {
        answer.map_err(|finding| self.refused = Some(finding)).ok()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// From a byte to the next one.
    fn span(&self, start: usize) -> Span {
        Span { source: self.source, start: start as u32, end: self.at as u32 }
    }

    /// Skips blanks and line ends.
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next member of the innermost map or list, with the comma before it; or its end.
    fn member(&mut self, is_map: bool, is_first: bool) -> Option<()> {
        self.space();
        let end = if is_map { b'}' } else { b']' };
        match self.peek()? {
            byte if byte == end => {
                self.at += 1;
                let ended = self.reader.end(self.span(self.at - 1));
                return self.taken(ended);
            }
            b',' if !is_first => {
                self.at += 1;
                self.space();
            }
            _ if is_first => {}
            _ => return None,
        }
        if is_map {
            self.key()?;
        }
        self.value()
    }

    fn key(&mut self) -> Option<()> {
        let start = self.at;
        self.string()?;
        if self.at - start > MAX_KEY || self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.space();
        Some(())
    }

    /// A scalar, or the start of a map or list.
    fn value(&mut self) -> Option<()> {
        let start = self.at;
        let kind = match self.peek()? {
            b'{' => OpenKind::mapping(),
            b'[' => OpenKind::Sequence(Vec::new()),
            b'"' => return self.string(),
            _ => return self.plain(),
        };
        self.at += 1;
        let begun = self.reader.begin(self.span(start), 0, kind, None);
        self.taken(begun)
    }

    /// A number, or one of the three words.
    fn plain(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'a'..=b'z' | b'0'..=b'9' | b'E' | b'-' | b'+' | b'.')) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
        let added = self.reader.leaf(text, Style::Plain, self.span(start));
        self.taken(added)
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let text = self.letters()?;
        let added = self.reader.leaf(&text, Style::Quoted, self.span(start));
        self.taken(added)
    }

    /// The text between two quotes; reads up to after the second one.
    fn letters(&mut self) -> Option<Cow<'t, str>> {
        let mut text = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let end = rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
            match &mut text {
                Cow::Borrowed("") => text = Cow::Borrowed(&rest[..end]),
                text => text.to_mut().push_str(&rest[..end]),
            }
            self.at += end + 1;
            match rest.as_bytes()[end] {
                b'"' => return Some(text),
                b'\\' => {
                    let letter = self.escape()?;
                    text.to_mut().push(letter);
                }
                _ => return None,
            }
        }
    }

    /// The four digits at a place.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 4)?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    }

    /// The letter that an escape stands for, without its backslash. Half of a pair, without the other, is no letter.
    fn escape(&mut self) -> Option<char> {
        let letter = match self.peek()? {
            letter @ (b'"' | b'\\' | b'/') => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit(self.at + 1)?;
                let paired = (0xd800..0xdc00).contains(&first) && self.text[self.at + 5..].starts_with("\\u");
                let second = if paired { Some(self.unit(self.at + 7)?) } else { None };
                let second = second.filter(|unit| (0xdc00..0xe000).contains(unit));
                self.at += if second.is_some() { 10 } else { 4 };
                let letter = char::decode_utf16(std::iter::once(first).chain(second)).next()?;
                letter.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        };
        self.at += 1;
        Some(letter)
    }
}
