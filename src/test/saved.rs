//! Values of an answer that later requests use.

use std::sync::Arc;

use serde_json::Value;

use super::client::Answered;
use super::compare::header;
use crate::expression::split_path;

/// A place of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SavedFrom {
    Status,
    Header(Arc<str>),
    /// The body, or a value in it.
    Body(Vec<Arc<str>>),
}

impl SavedFrom {
    /// Reads `status`, `headers.NAME`, `body` or `body.member.0`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut path = split_path(text).ok()?;
        let first = path.remove(0);
        match (&*first, path.as_slice()) {
            ("status", []) => Some(SavedFrom::Status),
            ("headers", [name]) => Some(SavedFrom::Header(name.clone())),
            ("body", _) => Some(SavedFrom::Body(path)),
            _ => None,
        }
    }

    /// The value there.
    pub(super) fn find(&self, answer: &Answered) -> Option<Value> {
        match self {
            SavedFrom::Status => Some(answer.status.into()),
            SavedFrom::Header(name) => header(&answer.headers, name).map(Value::String),
            SavedFrom::Body(path) => path.iter().try_fold(answer.value(), |value, name| match value {
                Value::Object(mut members) => members.remove(&**name),
                Value::Array(mut items) => {
                    let at = name.parse::<usize>().ok().filter(|at| *at < items.len())?;
                    Some(items.swap_remove(at))
                }
                _ => None,
            }),
        }
    }
}
