//! Values as text: inside of texts, as bodies and as JSON.

use std::borrow::Cow;

use bytes::Bytes;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::number::Number;
use super::repr::Value;
use super::scan::plain_end;
use super::view::{Kind, ValueRef};

impl<'a> ValueRef<'a> {
    /// The value as it reads inside a text: strings bare, null and missing empty, objects and lists as compact JSON,
    /// bytes as text where they are UTF-8.
    pub fn to_text(self) -> Cow<'a, str> {
        match self.kind() {
            Kind::Null => Cow::Borrowed(""),
            Kind::Bool(true) => Cow::Borrowed("true"),
            Kind::Bool(false) => Cow::Borrowed("false"),
            Kind::Number(number) => number.to_text(),
            Kind::String(text) => Cow::Borrowed(text),
            Kind::Binary(bytes) => String::from_utf8_lossy(bytes),
            Kind::Xml(document) => Cow::Owned(document.write()),
            Kind::List(_) | Kind::Object(_) => Cow::Owned(self.to_json()),
        }
    }

    /// The value as compact JSON. Numbers are as they came, and bytes are text, lossily: JSON has no other place for them.
    pub fn to_json(self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    /// Writes the value as compact JSON.
    pub fn write_json(self, out: &mut String) {
        match self.kind() {
            Kind::Null => out.push_str("null"),
            Kind::Bool(flag) => out.push_str(if flag { "true" } else { "false" }),
            Kind::Number(Number::Integer(number)) => out.push_str(itoa::Buffer::new().format(number)),
            Kind::Number(number) => out.push_str(&number.to_text()),
            Kind::String(text) => write_string(text, out),
            Kind::Binary(bytes) => write_string(&String::from_utf8_lossy(bytes), out),
            Kind::Xml(document) => write_string(&document.write(), out),
            Kind::List(items) => {
                let mut before = '[';
                for item in items.iter() {
                    out.push(before);
                    item.write_json(out);
                    before = ',';
                }
                out.push_str(if before == '[' { "[]" } else { "]" });
            }
            Kind::Object(members) => {
                let mut before = '{';
                for (name, value) in members.iter() {
                    out.push(before);
                    write_string(name, out);
                    out.push(':');
                    value.write_json(out);
                    before = ',';
                }
                out.push_str(if before == '{' { "{}" } else { "}" });
            }
        }
    }
}

/// Writes a text in quotes.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    write_escaped(text, |part| out.push_str(part));
    out.push('"');
}

/// Writes a text; what JSON does not let be in quotes is escaped.
pub(in crate::value) fn write_escaped(text: &str, mut out: impl FnMut(&str)) {
    const DIGITS: &str = "0123456789abcdef";
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_end(rest.as_bytes(), 0));
        out(plain);
        let Some(letter) = special.chars().next() else { break };
        match letter {
            '"' => out("\\\""),
            '\\' => out("\\\\"),
            '\n' => out("\\n"),
            '\r' => out("\\r"),
            '\t' => out("\\t"),
            '\u{8}' => out("\\b"),
            '\u{c}' => out("\\f"),
            control => {
                let digit = |number: u32| &DIGITS[number as usize..=number as usize];
                out("\\u00");
                out(digit(u32::from(control) >> 4 & 15));
                out(digit(u32::from(control) & 15));
            }
        }
        rest = &special[1..];
    }
}

impl ValueRef<'_> {
    /// The bytes a body made of this value has: strings and bytes as they are, XML in UTF-8, a whole JSON text that was read as it
    /// came, and everything else as compact JSON.
    pub fn to_bytes(self) -> Bytes {
        if let Some(text) = self.source() {
            return text.as_bytes().clone();
        }
        match self.kind() {
            Kind::Null => Bytes::new(),
            Kind::String(text) => Bytes::copy_from_slice(text.as_bytes()),
            Kind::Binary(bytes) => bytes.clone(),
            Kind::Xml(document) => document.to_document().into(),
            _ => self.to_json().into(),
        }
    }
}

impl Serialize for ValueRef<'_> {
    /// Bytes become text, lossily: JSON has no other place for them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind() {
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(flag) => serializer.serialize_bool(flag),
            Kind::Number(Number::Integer(number)) => serializer.serialize_i64(number),
            Kind::Number(Number::Unsigned(number)) => serializer.serialize_u64(number),
            Kind::Number(Number::Float(number)) => serializer.serialize_f64(number),
            Kind::Number(Number::Text(text)) => match serde_json::from_str::<&RawValue>(text) {
                Ok(number) => number.serialize(serializer),
                Err(error) => Err(serde::ser::Error::custom(error)),
            },
            Kind::String(text) => serializer.serialize_str(text),
            Kind::Binary(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Kind::Xml(document) => serializer.serialize_str(&document.write()),
            Kind::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(&item))?;
                seq.end()
            }
            Kind::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, &value))?;
                map.end()
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ValueRef::from(self).serialize(serializer)
    }
}
