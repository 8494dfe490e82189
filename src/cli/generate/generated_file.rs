//! A file that follows from the code.

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Below the repository's root, with `/`.
    pub path: String,
    pub text: String,
}
