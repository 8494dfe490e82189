//! Errors in the folders of functions.

use std::path::PathBuf;

/// A folder, file or setting that cannot be used, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}:{line}:{column}: {message}", path.display())]
    Settings { path: PathBuf, line: usize, column: usize, message: String },
    #[error("function '{name}' is defined twice: {} and {}; rename one of them", first.display(), second.display())]
    Ambiguous { name: String, first: PathBuf, second: PathBuf },
}
