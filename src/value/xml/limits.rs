//! Limits on XML. The names and the defaults are those of IBM's parse settings; zero means no limit.

use crate::value::NoRoom;

/// Elements inside each other, whatever the limits say.
pub const MAX_XML_DEPTH: usize = 512;

/// Nodes and attributes together, whatever the limits say: a document of four bytes per element stays below a hundred
/// megabytes of memory.
pub(super) const MAX_NODES: usize = 1_500_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XmlLimits {
    /// Elements inside each other.
    pub depth: usize,
    /// Elements right below one element, and attributes of one.
    pub width: usize,
    /// Bytes of a name.
    pub name_length: usize,
    /// Bytes of a text between two tags, or of an attribute's value.
    pub value_length: usize,
    /// Different names of elements and attributes.
    pub unique_names: usize,
    /// Different prefixes that are declared.
    pub unique_prefixes: usize,
    /// Different namespaces that are declared.
    pub unique_namespaces: usize,
}

/// The measured sizes of an XML text: the largest of every kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct XmlMetrics {
    pub depth: usize,
    pub width: usize,
    pub name_length: usize,
    pub value_length: usize,
    pub unique_names: usize,
    pub unique_prefixes: usize,
    pub unique_namespaces: usize,
}

/// Why a text is no XML document that is taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct XmlError {
    /// One sentence, with the place.
    pub message: String,
    /// Nothing is wrong with the text: there is no memory for what is made of it.
    pub no_room: Option<NoRoom>,
}

impl From<NoRoom> for XmlError {
    fn from(none: NoRoom) -> Self {
        XmlError { message: none.to_string(), no_room: Some(none) }
    }
}

impl XmlLimits {
    /// For bodies that nobody has set limits for: only what keeps the gateway safe.
    pub const LOOSE: XmlLimits = XmlLimits {
        depth: MAX_XML_DEPTH,
        width: 0,
        name_length: 0,
        value_length: 0,
        unique_names: 0,
        unique_prefixes: 0,
        unique_namespaces: 0,
    };
}

impl Default for XmlLimits {
    fn default() -> Self {
        XmlLimits {
            depth: MAX_XML_DEPTH,
            width: 4096,
            name_length: 256,
            value_length: 8192,
            unique_names: 1024,
            unique_prefixes: 1024,
            unique_namespaces: 1024,
        }
    }
}

impl XmlError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        XmlError { message: message.into(), no_room: None }
    }

    pub(super) fn at(message: impl std::fmt::Display, at: usize) -> Self {
        XmlError::new(format!("{message} at byte {at}"))
    }

    pub(super) fn over(what: &str, limit: usize, at: usize) -> Self {
        XmlError::new(format!("{what} at byte {at}: at most {limit} are allowed"))
    }
}

/// Fails for a count over its limit. Zero is no limit.
pub(super) fn check(what: &str, limit: usize, count: usize, at: usize) -> Result<(), XmlError> {
    if limit > 0 && count > limit { Err(XmlError::over(what, limit, at)) } else { Ok(()) }
}
