//! The texts that findings point into.

use std::ops::Range;
use std::sync::Arc;

use super::span::{SourceId, Span};

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// One file: its name as the user wrote it, its text, and where its lines start.
#[derive(Debug)]
pub struct SourceFile {
    pub name: Arc<str>,
    pub text: Arc<str>,
    lines: Vec<u32>,
    /// How many characters stand before every [`BLOCK`] of bytes, so that a place in a long line is found without counting it
    /// from its start: minified JSON is one line.
    blocks: Vec<u32>,
}

/// Bytes between two counts of characters.
const BLOCK: usize = 1024;

impl SourceFile {
    fn new(name: Arc<str>, text: Arc<str>) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        let counts = text.as_bytes().chunks(BLOCK).scan(0, |before, block| {
            let here = *before;
            *before += characters(block);
            Some(here)
        });
        let blocks = counts.collect();
        SourceFile { name, text, lines, blocks }
    }

    /// How many characters stand before a byte.
    fn characters_before(&self, byte: usize) -> u32 {
        let block = (byte / BLOCK).min(self.blocks.len().saturating_sub(1));
        self.blocks.get(block).map_or(0, |before| before + characters(&self.text.as_bytes()[block * BLOCK..byte]))
    }

    /// The line and column of a byte.
    fn position(&self, byte: u32) -> Position {
        let start = (byte as usize).min(self.text.len());
        let line = self.lines.partition_point(|at| *at as usize <= start);
        let line_start = self.lines[line - 1] as usize;
        let column = match self.text.is_char_boundary(start) {
            true => (self.characters_before(start) - self.characters_before(line_start)) as usize + 1,
            false => 1,
        };
        Position { line, column }
    }

    /// The bytes of a line and of some lines around it.
    pub(super) fn around(&self, bytes: Range<usize>, lines: usize) -> (usize, Range<usize>) {
        let line_of = |byte: usize| self.lines.partition_point(|at| *at as usize <= byte) - 1;
        let first = line_of(bytes.start).saturating_sub(lines);
        let after = (line_of(bytes.end) + lines + 1).min(self.lines.len());
        let end = self.lines.get(after).map_or(self.text.len(), |at| *at as usize);
        (first + 1, self.lines[first] as usize..end)
    }
}

/// All files of a load.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Keeps a file's text and gives the id that spans carry.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        self.files.push(SourceFile::new(name.into(), text.into()));
        SourceId(self.files.len() as u32 - 1)
    }

    /// The file with this id.
    pub fn file(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The files in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// The start of a span.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.source).position(span.start)
    }

    /// The end of a span: after its last character.
    pub fn end(&self, span: Span) -> Position {
        self.file(span.source).position(span.end.max(span.start))
    }

    /// `file:line:column` of a span's start.
    pub fn place(&self, span: Span) -> String {
        let Position { line, column } = self.position(span);
        format!("{}:{line}:{column}", self.file(span.source).name)
    }

    /// The text a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.source).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// The characters that start in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| (**byte as i8) >= -64).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "first\r\né: x\n");
        let at = |start| sources.position(Span { source: id, start, end: start });
        assert_eq!(at(0), Position { line: 1, column: 1 });
        assert_eq!(at(9), Position { line: 2, column: 2 });
        assert_eq!(at(13), Position { line: 3, column: 1 });
        assert_eq!(at(99), Position { line: 3, column: 1 });
    }

    #[test]
    fn columns_of_a_long_line_are_those_that_counting_gives() {
        let text = format!("x\n{}\nlast", "aé€😀 ".repeat(700));
        let mut sources = Sources::default();
        let id = sources.add("a.json", text.as_str());
        for (byte, _) in text.char_indices() {
            let start = text[..byte].rfind('\n').map_or(0, |at| at + 1);
            let expected = text[start..byte].chars().count() + 1;
            assert_eq!(sources.position(Span { source: id, start: byte as u32, end: 0 }).column, expected);
        }
    }
}
