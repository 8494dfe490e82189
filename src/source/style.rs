//! How scalars are written.

/// How a scalar was written. Only plain ones can be anything but a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Quoted,
    /// `|` or `>`: the text has lines of its own.
    Block,
}
