//! A function's answer as a tree of JSON whose texts lie in the payload.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json_borrow::Map;

use super::error::ProxyError;

pub(super) use serde_json_borrow::Value as Json;

/// Reads a payload.
pub(super) fn read(payload: &[u8]) -> Result<Json<'_>, ProxyError> {
    serde_json::from_slice(payload).map_err(|_| ProxyError::NotJson)
}

/// The members of an object. Of two with one name the last counts, as for every reader of JSON.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Members<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The value itself; a second time there is none.
    pub(super) fn take(&mut self, name: &str) -> Option<Json<'a>> {
        let found = self.0.iter_mut().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| std::mem::replace(value, Json::Null))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| &**key)
    }
}

impl<'a> From<Map<'a>> for Members<'a> {
    fn from(object: Map<'a>) -> Self {
        Members(object.into_vec())
    }
}

/// The bytes of a text in `payload`: nothing is copied where the text has no escapes.
pub(super) fn bytes_of(text: Cow<'_, str>, payload: &Bytes) -> Bytes {
    match text {
        Cow::Borrowed(text) => payload.slice_ref(text.as_bytes()),
        Cow::Owned(text) => text.into(),
    }
}

/// A value as it reads in a header: texts bare, everything else as JSON.
#[expect(
    clippy::expect_used,
    reason = "a value that was parsed has texts as keys, and memory takes all that is written"
)]
pub(super) fn text_of<'v>(value: &'v Json<'_>) -> Cow<'v, str> {
    match value {
        Json::Str(text) => Cow::Borrowed(text),
        other => Cow::Owned(serde_json::to_string(other).expect("JSON in memory")),
    }
}

/// A whole number, also one that is written with a fraction of zero, or as text.
pub(super) fn integer_of(value: &Json<'_>) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64().or_else(|| {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e6)?;
            Some(whole as i64)
        }),
        Json::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}
