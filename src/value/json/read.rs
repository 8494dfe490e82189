//! JSON texts to values.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::error::{Expected, JsonError, Unread};
use super::parse::{self, MOST_OPEN};
use super::repr::{Members, Repr, Value};
use super::tape::Json;
use super::view::Kind;

/// Some senders of UTF-8 put it before their texts. It says nothing.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A text without the mark that some senders put before it.
pub fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Values that are looked at one by one.
const MOST_VALUES: usize = 1_000_000;

impl Value {
    /// Reads JSON text. What is read keeps the text.
    pub fn read_json(bytes: Bytes) -> Result<Value, JsonError> {
        read(bytes.clone()).map_err(|unread| unread.explain(without_mark(&bytes)))
    }

    /// The same for bytes that may be anything.
    pub fn if_json(bytes: &Bytes) -> Option<Value> {
        read(bytes.clone()).ok()
    }

    /// Reads JSON that the gateway has written, which may be deeper.
    #[expect(clippy::expect_used, reason = "what writes JSON writes valid JSON that is not too long")]
    pub fn read_made(text: ByteString) -> Value {
        parse::read(text, usize::MAX).map(of).expect("valid JSON")
    }

    /// Reads JSON text in which every name is there once in its object. The error ends a sentence that names what was read, and
    /// quotes nothing.
    pub fn read_unique(bytes: Bytes) -> Result<Value, &'static str> {
        let value = Value::if_json(&bytes).ok_or("is not JSON")?;
        match &value.0 {
            Repr::Read { json, .. } if json.repeats => Err("has a member twice"),
            Repr::Read { json, .. } if json.tape.len() - json.names > MOST_VALUES => {
                Err("has more than 1,000,000 values")
            }
            _ => Ok(value),
        }
    }

    /// Parses JSON text, which is copied.
    pub fn parse_json(bytes: &[u8]) -> Result<Value, JsonError> {
        Value::read_json(Bytes::copy_from_slice(bytes))
    }
}

fn read(mut bytes: Bytes) -> Result<Value, Unread> {
    bytes = bytes.slice_ref(without_mark(&bytes));
    let text = ByteString::try_from(bytes).map_err(|_| Unread { expected: Expected::Utf8, at: 0 })?;
    parse::read(text, MOST_OPEN).map(of)
}

/// The value of a whole text.
pub(super) fn of(json: Json) -> Value {
    let value = Value(Repr::Read { node: 0, json: Arc::new(json) });
    // A value that is no tree needs no tape.
    match value.kind() {
        Kind::Number(number) => Value::number(&number.to_text()).unwrap_or_default(),
        Kind::String(text) => text.into(),
        Kind::List(_) | Kind::Object(_) => value,
        _ => value.view().to_value(),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::NULL)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(items.into())
    }

    /// Of a repeated key the last value counts, as in JavaScript's `JSON.parse`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Members::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            members.insert(Arc::from(key), value);
        }
        Ok(members.into())
    }
}
