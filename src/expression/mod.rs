//! `$(…)` references and templates, read once at load.
//!
//! The root of every name known at load becomes a place ([`Root::Slot`] or [`Root::Builtin`]); at run time nothing is parsed
//! or looked up by name. Names that only run time knows go through the same [`Scope`].

mod reference;
mod template;

use std::sync::Arc;

use crate::value::Value;

pub use reference::{parse_path, split_path};
pub use template::{Part, Resolved, Template, TemplateError};

/// A variable: where its root lives, and the way down from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub root: Root,
    pub path: Box<[Arc<str>]>,
}

/// Where the first segment of a name lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// What the gateway provides.
    Builtin(Builtin),
    /// A variable of this pipeline, by its number.
    Slot(u16),
    /// A name that only run time knew.
    Named(Arc<str>),
}

/// The roots that the gateway provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    Request,
    Message,
    Api,
    Client,
    Plan,
    Env,
    System,
    Session,
    Error,
}

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
}

// === impl Builtin ===

impl Builtin {
    /// The root of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "request" => Builtin::Request,
            "message" => Builtin::Message,
            "api" => Builtin::Api,
            "client" => Builtin::Client,
            "plan" => Builtin::Plan,
            "env" => Builtin::Env,
            "system" => Builtin::System,
            "session" => Builtin::Session,
            "error" => Builtin::Error,
            _ => return None,
        })
    }

    /// Whether steps may change what is below it.
    pub fn is_writable(self) -> bool {
        matches!(self, Builtin::Message | Builtin::Api | Builtin::Error)
    }
}
