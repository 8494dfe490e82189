//! Places in source files.

/// A file that was read in this load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(super) u32);

/// A range of bytes in one source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl SourceId {
    /// The empty span at the start of the file: for findings about the file as a whole.
    pub fn start(self) -> Span {
        Span { source: self, start: 0, end: 0 }
    }
}
