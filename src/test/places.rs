//! The places of the parts of a test file.

use crate::base::{Sources, Span};
use crate::source::Node;

/// The places of a test file.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    pub root: &'a Node,
    pub sources: &'a Sources,
}

impl Places<'_> {
    /// `file:line:column` of the value at a JSON pointer, or of what it would be in.
    pub(super) fn place(&self, pointer: &str) -> String {
        self.sources.place(span_at(self.root, pointer))
    }
}

/// The span of the value at a JSON pointer, or of what it would be in.
pub(super) fn span_at(root: &Node, pointer: &str) -> Span {
    let mut pointer = pointer;
    loop {
        match (root.pointer(pointer), pointer.rsplit_once('/')) {
            (Some(node), _) => return node.span,
            (None, Some((before, _))) => pointer = before,
            (None, None) => return root.span,
        }
    }
}

/// A key as a part of a JSON pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
