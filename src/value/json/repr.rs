//! How a value is kept.

use std::sync::Arc;

use arcstr::ArcStr;
use bytes::Bytes;
use bytestring::ByteString;
use indexmap::IndexMap;

use super::scan;
use super::tape::Json;
use crate::value::Xml;

/// The members of an object that was made.
pub type Members = IndexMap<Arc<str>, Value>;

/// A JSON value, an XML document or opaque bytes. Cloning copies a pointer, never a tree.
///
/// A value is made by a step, or it was read. One that was read is a place in the JSON text that it came in, which is kept as
/// it came; [`Value::kind`] says what it is in either case.
#[derive(Clone, Default)]
pub struct Value(pub(super) Repr);

#[derive(Clone, Default)]
pub(super) enum Repr {
    #[default]
    Null,
    Bool(bool),
    Integer(i64),
    /// A whole number that is too large to be an `i64`.
    Unsigned(u64),
    /// Never infinite and never NaN.
    Float(f64),
    /// A number as it was written, valid in JSON.
    Digits(ArcStr),
    String(ArcStr),
    /// A text that is part of a body, whose bytes it shares.
    Shared(Arc<ByteString>),
    List(Arc<Vec<Value>>),
    Object(Arc<Members>),
    /// Bytes that are not JSON: an image, or text in another encoding.
    Binary(Arc<Bytes>),
    /// A document that a step has parsed or made. It reads as its text.
    Xml(Arc<Xml>),
    /// A value of a text that was read.
    Read {
        node: u32,
        json: Arc<Json>,
    },
}

const _: () = assert!(size_of::<Value>() == 16);

impl Value {
    pub const NULL: Value = Value(Repr::Null);

    /// A list of the given items.
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::from(items.into_iter().collect::<Vec<Value>>())
    }

    /// An object of the given members.
    pub fn object<K: Into<Arc<str>>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::from(members.into_iter().map(|(key, value)| (key.into(), value)).collect::<Members>())
    }

    /// An object without members.
    pub fn empty_object() -> Value {
        Value(Repr::Object(Arc::default()))
    }

    /// The number that a text is in JSON, as it is written.
    pub fn number(text: &str) -> Option<Value> {
        let is_number = scan::number_end(text.as_bytes(), 0) == Some(text.len());
        is_number.then(|| match text.parse::<i64>() {
            Ok(number) if itoa::Buffer::new().format(number) == text => number.into(),
            _ => Value(Repr::Digits(text.into())),
        })
    }

    /// Opaque bytes.
    pub fn binary(bytes: impl Into<Bytes>) -> Value {
        Value(Repr::Binary(Arc::new(bytes.into())))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value(Repr::String(text.into()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value(Repr::String(text.into()))
    }
}

impl From<ByteString> for Value {
    /// The text is shared, not copied.
    fn from(text: ByteString) -> Self {
        Value(Repr::Shared(Arc::new(text)))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value(Repr::Bool(flag))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value(Repr::Integer(number))
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        i64::from(number).into()
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        i64::from(number).into()
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value(i64::try_from(number).map_or(Repr::Unsigned(number), Repr::Integer))
    }
}

impl From<f64> for Value {
    /// Null for what JSON has no number for.
    fn from(number: f64) -> Self {
        Value(if number.is_finite() { Repr::Float(number) } else { Repr::Null })
    }
}

impl From<&serde_json::Number> for Value {
    fn from(number: &serde_json::Number) -> Self {
        match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into(),
            (_, Some(number)) => number.into(),
            _ => number.as_f64().map_or(Value::NULL, Value::from),
        }
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value(Repr::List(Arc::new(items)))
    }
}

impl From<Members> for Value {
    fn from(members: Members) -> Self {
        Value(Repr::Object(Arc::new(members)))
    }
}

impl From<Xml> for Value {
    fn from(document: Xml) -> Self {
        Arc::new(document).into()
    }
}

impl From<Arc<Xml>> for Value {
    fn from(document: Arc<Xml>) -> Self {
        Value(Repr::Xml(document))
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Value::NULL,
            serde_json::Value::Bool(flag) => (*flag).into(),
            serde_json::Value::Number(number) => number.into(),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Array(items) => Value::list(items.iter().map(Value::from)),
            serde_json::Value::Object(members) => {
                Value::object(members.iter().map(|(key, value)| (key.as_str(), Value::from(value))))
            }
        }
    }
}
