//! The value that variables hold.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use indexmap::IndexMap;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;
use smallvec::SmallVec;

use super::Xml;

/// A JSON value, an XML document or opaque bytes. Cloning copies a pointer, never a tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Array(Arc<Vec<Value>>),
    Object(Arc<IndexMap<Arc<str>, Value>>),
    /// Bytes that are not JSON: an image, or text in another encoding.
    Binary(Bytes),
    /// A document that a step has parsed or made. It reads as its text.
    Xml(Arc<Xml>),
}

impl Value {
    /// Member `key` of an object, or the item of an array whose index `key` spells. Object keys compare exactly.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(members) => members.get(key),
            Value::Array(items) => key.parse::<usize>().ok().and_then(|i| items.get(i)),
            _ => None,
        }
    }

    /// The value at the end of `path`; `self` for an empty path.
    pub fn at<'a>(&'a self, path: impl IntoIterator<Item = &'a str>) -> Option<&'a Value> {
        path.into_iter().try_fold(self, |value, key| value.get(key))
    }

    /// Puts `new` at the end of `path`, making objects on the way. A scalar in the way is replaced by an object; an array
    /// is entered where the segment is an index it has, or the next free one.
    pub fn set(&mut self, path: &[&str], new: Value) {
        let Some((key, rest)) = path.split_first() else {
            *self = new;
            return;
        };
        if let Value::Array(items) = self
            && let Ok(index) = key.parse::<usize>()
            && index <= items.len()
        {
            let items = Arc::make_mut(items);
            if index == items.len() {
                items.push(Value::Null);
            }
            items[index].set(rest, new);
            return;
        }
        if !matches!(self, Value::Object(_)) {
            *self = Value::Object(Arc::default());
        }
        if let Value::Object(members) = self {
            Arc::make_mut(members).entry(Arc::from(*key)).or_default().set(rest, new);
        }
    }

    /// Removes what stands at the end of `path`; nothing happens where nothing stands.
    pub fn remove(&mut self, path: &[&str]) {
        match (self, path) {
            (Value::Object(members), [key]) => {
                Arc::make_mut(members).shift_remove(*key);
            }
            (Value::Object(members), [key, rest @ ..]) => {
                if let Some(member) = Arc::make_mut(members).get_mut(*key) {
                    member.remove(rest);
                }
            }
            (Value::Array(items), [key, rest @ ..]) => {
                let Ok(index) = key.parse::<usize>() else { return };
                let items = Arc::make_mut(items);
                if rest.is_empty() && index < items.len() {
                    items.remove(index);
                } else if let Some(item) = items.get_mut(index) {
                    item.remove(rest);
                }
            }
            _ => {}
        }
    }

    /// The value as it reads inside a text: strings bare, null and missing empty, objects and arrays as compact JSON,
    /// bytes as text where they are UTF-8.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Value::Null => Cow::Borrowed(""),
            Value::Bool(true) => Cow::Borrowed("true"),
            Value::Bool(false) => Cow::Borrowed("false"),
            Value::Number(number) => Cow::Owned(number.to_string()),
            Value::String(text) => Cow::Borrowed(text),
            Value::Binary(bytes) => String::from_utf8_lossy(bytes),
            Value::Xml(document) => Cow::Owned(document.write()),
            Value::Array(_) | Value::Object(_) => Cow::Owned(serde_json::to_string(self).unwrap_or_default()),
        }
    }

    /// The bytes a body made of this value has: strings and bytes as they are, XML in UTF-8, everything else as compact JSON.
    pub fn to_bytes(&self) -> Bytes {
        match self {
            Value::Null => Bytes::new(),
            Value::String(text) => Bytes::copy_from_slice(text.as_bytes()),
            Value::Binary(bytes) => bytes.clone(),
            Value::Xml(document) => document.to_document().into(),
            other => serde_json::to_vec(other).unwrap_or_default().into(),
        }
    }

    /// Whether nothing is there: null, or a string without characters.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value as a whole number, also where it is a number written as text.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// An object made of the given members.
    pub fn object<K: Into<Arc<str>>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(Arc::new(members.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// Parses JSON text.
    pub fn parse_json(bytes: &[u8]) -> Result<Value, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(Arc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(Arc::from(text))
    }
}

impl From<Xml> for Value {
    fn from(document: Xml) -> Self {
        Value::Xml(Arc::new(document))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Number(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Value::Number(number.into())
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(*flag),
            serde_json::Value::Number(number) => Value::Number(number.clone()),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Array(items) => Value::Array(Arc::new(items.iter().map(Value::from).collect())),
            serde_json::Value::Object(members) => {
                Value::object(members.iter().map(|(key, value)| (key.as_str(), Value::from(value))))
            }
        }
    }
}

impl Serialize for Value {
    /// Bytes become text, lossily: JSON has no other place for them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Binary(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Value::Xml(document) => serializer.serialize_str(&document.write()),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(&**key, value))?;
                map.end()
            }
        }
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
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        if items.is_empty() {
            return Ok(Value::Array(NO_ITEMS.clone()));
        }
        // A vector grows to twice what it holds; where that is much, it is given back.
        if items.capacity() > MUCH {
            items.shrink_to_fit();
        }
        Ok(Value::Array(Arc::new(items)))
    }

    /// Of a repeated key the last value counts, as in JavaScript's `JSON.parse`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        // First, so that small objects get no more room than they need.
        let mut entries: SmallVec<[(Arc<str>, Value); 4]> = SmallVec::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            entries.push((Arc::from(key), value));
        }
        if entries.is_empty() {
            return Ok(Value::Object(NO_MEMBERS.clone()));
        }
        let mut members = IndexMap::with_capacity(entries.len());
        members.extend(entries);
        Ok(Value::Object(Arc::new(members)))
    }
}

/// Items from which a list gives back what it grew too much.
const MUCH: usize = 64;

/// All empty lists, and all empty objects.
static NO_ITEMS: LazyLock<Arc<Vec<Value>>> = LazyLock::new(Arc::default);
static NO_MEMBERS: LazyLock<Arc<IndexMap<Arc<str>, Value>>> = LazyLock::new(Arc::default);

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Value {
        Value::parse_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn json_keeps_order_and_number_forms() {
        let text = r#"{"z":1.0,"a":[],"e":{},"big":18446744073709551615,"neg":-3}"#;
        assert_eq!(serde_json::to_string(&parse(text)).unwrap(), text);
    }

    #[test]
    fn set_makes_the_objects_on_the_way() {
        let mut value = Value::Null;
        value.set(&["a", "b"], 1.into());
        value.set(&["a", "c"], "x".into());
        assert_eq!(value, parse(r#"{"a":{"b":1,"c":"x"}}"#));
    }

    #[test]
    fn set_and_remove_enter_arrays() {
        let mut value = parse(r#"{"a":[1,2]}"#);
        value.set(&["a", "2"], 3.into());
        value.remove(&["a", "0"]);
        assert_eq!(value, parse(r#"{"a":[2,3]}"#));
    }

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut value = parse(r#"{"a":1}"#);
        let before = value.clone();
        value.set(&["a"], 2.into());
        assert_eq!(before, parse(r#"{"a":1}"#));
    }
}
