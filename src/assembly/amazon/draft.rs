//! The parts of an assembly, as an author would have written them.

use crate::source::Node;

/// The parts of an assembly, as an author would have written them.
pub(super) struct Draft {
    pub execute: Vec<Node>,
    /// Entries of `catch`.
    pub catch: Vec<Node>,
}
