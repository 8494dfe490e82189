//! JSON in which every name stands once in its object. Two members of one name are how the gateway and a service come to read
//! different things.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Values that are read: every one takes some dozens of bytes, whatever it was written as.
const MOST_VALUES: usize = 1_000_000;

/// Reads a value. The error ends a sentence that names what was read, and quotes nothing.
pub fn parse_unique(bytes: &[u8]) -> Result<Value, &'static str> {
    let left = Cell::new(MOST_VALUES);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = One { left: &left }.deserialize(&mut deserializer);
    match read.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) if error.to_string().starts_with(TWICE) => Err("has a member twice"),
        Err(error) if error.to_string().starts_with(TOO_MANY) => Err("has more than 1,000,000 values"),
        Err(_) => Err("is not JSON"),
    }
}

/// Reads an object.
pub fn parse_unique_object(bytes: &[u8]) -> Result<Map<String, Value>, &'static str> {
    match parse_unique(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err("is not a JSON object"),
    }
}

const TWICE: &str = "a name stands twice";

const TOO_MANY: &str = "there are too many values";

/// A value without duplicate names.
#[derive(Clone, Copy)]
struct One<'c> {
    /// Values that may still come.
    left: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Some(left) = self.left.get().checked_sub(1) else { return Err(D::Error::custom(TOO_MANY)) };
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that JSON has not"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        // `insert` says whether the name was there.
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_once_and_values_up_to_a_number() {
        assert_eq!(parse_unique(br#"{"a": [1, {"a": null}]}"#).unwrap()["a"][0], 1);
        assert_eq!(parse_unique(br#"[{"a": 1, "a": 2}]"#), Err("has a member twice"));
        assert_eq!(parse_unique(b"[] []"), Err("is not JSON"));
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(parse_unique(list(MOST_VALUES - 1).as_bytes()).is_ok());
        assert_eq!(parse_unique(list(MOST_VALUES).as_bytes()), Err("has more than 1,000,000 values"));
    }
}
