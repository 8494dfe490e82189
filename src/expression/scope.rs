//! The variables of a request, as expressions see them.

use std::sync::Arc;
use std::time::Instant;

use super::{Fixed, Reference, Root};
use crate::value::{NoRoom, Value};

/// The variables of a request: the one door to them.
pub trait Scope {
    /// The value, null where nothing is set.
    fn get(&self, reference: &Reference) -> Value;
    /// Like [`Scope::get`], as it reads inside a text. Bodies give their exact text.
    fn text(&self, reference: &Reference) -> String;
    /// Creates or replaces.
    fn set(&mut self, reference: &Reference, value: Value) -> Result<(), SetError>;
    /// Appends: a second header value, an item of a list.
    fn add(&mut self, reference: &Reference, value: Value) -> Result<(), SetError>;
    /// Deletes; nothing happens where nothing is set.
    fn clear(&mut self, reference: &Reference) -> Result<(), SetError>;

    /// The names of all variables that are set, without the gateway's own roots. `$apiCtx()` and `**` read them all.
    fn roots(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// The text of a variable where it lies there as text, so that comparing it copies nothing. `None` says nothing about the
    /// variable: [`Scope::get`] knows.
    fn borrowed(&self, _reference: &Reference) -> Option<&str> {
        None
    }

    /// When the request must be answered.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// The time and the random numbers of a test.
    fn fixed(&self) -> Fixed {
        Fixed::default()
    }

    /// The form of the body of the message at this root.
    fn storage(&self, _root: &Root) -> Storage {
        Storage::Empty
    }
}

/// The form of a body, as `$storageType()` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// There is no body, or no such message.
    Empty,
    /// It has not been read.
    Stream,
    /// Bytes that no step has parsed.
    Binary,
    /// A value that a step has parsed or made.
    Json,
    /// An XML document that a step has parsed or made.
    Xml,
}

/// Why a variable could not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    #[error("`{0}` cannot be set")]
    ReadOnly(String),
    #[error("`{value}` is not a valid HTTP status")]
    BadStatus { value: String },
    #[error("`{0}` is not a valid header name")]
    BadHeaderName(String),
    #[error("the value for the header `{0}` holds characters that a header cannot carry")]
    BadHeaderValue(String),
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

impl Storage {
    /// The name that `$storageType()` answers.
    pub fn name(self) -> &'static str {
        match self {
            Storage::Empty => "empty",
            Storage::Stream => "stream",
            Storage::Binary => "binary",
            Storage::Json => "json",
            Storage::Xml => "xml",
        }
    }
}
