//! The errors of templates.

use std::ops::Range;

/// A mistake in a template, at its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    pub at: Range<usize>,
    pub message: String,
}

/// A failure while a template is rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RenderError {
    pub message: String,
}

impl RenderError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        RenderError { message: message.into() }
    }
}
