//! The kind of document that a step comes from.

/// The kind of document that a step is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Not an export.
    Other,
    /// An export of a REST API, whose base path is a stage.
    Rest,
    /// An export of an HTTP API, whose base path is a stage.
    Http,
}
