//! The texts that findings point into.

use std::ops::Range;
use std::sync::Arc;

use super::Span;

/// A file that was read in this load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

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
}

impl SourceFile {
    /// Where a byte stands.
    fn position(&self, byte: u32) -> Position {
        let start = (byte as usize).min(self.text.len());
        let line = self.lines.partition_point(|at| *at as usize <= start);
        let line_start = self.lines[line - 1] as usize;
        let column = self.text.get(line_start..start).map_or(1, |before| before.chars().count() + 1);
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
        let text = text.into();
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
            .collect();
        self.files.push(SourceFile { name: name.into(), text, lines });
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

    /// Where a span starts.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.source).position(span.start)
    }

    /// Where a span ends: behind its last character.
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

impl SourceId {
    /// The empty span at the start of the file: for findings about the file as a whole.
    pub fn start(self) -> Span {
        Span { source: self, start: 0, end: 0 }
    }
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
}
