//! Why a text is not JSON.

use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

/// A text is not JSON: what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(Box<str>);

/// The position at which reading ended, and what was expected there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unread {
    pub expected: Expected,
    pub at: usize,
}

/// The part that a text should have had. It is small, so that a reader can return it in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    Value,
    Number,
    /// A name in quotes.
    Name,
    Colon,
    /// A comma or the end of a list or an object.
    More,
    /// The end of a text in quotes.
    Quote,
    Escape,
    /// Nothing after the value.
    Nothing,
    /// Fewer lists and objects inside each other.
    Shallower,
    Shorter,
    Utf8,
}

impl Expected {
    fn words(self) -> &'static str {
        match self {
            Expected::Value => "a value",
            Expected::Number => "a number",
            Expected::Name => "a name in quotes",
            Expected::Colon => "a colon",
            Expected::More => "a comma or an end",
            Expected::Quote => "a quote",
            Expected::Escape => "a valid escape",
            Expected::Nothing => "nothing after the value",
            Expected::Shallower => "at most 127 lists and objects inside each other",
            Expected::Shorter => "less than 256 MiB of text",
            Expected::Utf8 => "UTF-8",
        }
    }
}

impl Unread {
    /// The whole sentence. Others know the sentences of serde_json, so it is asked; it refuses some numbers that are valid.
    pub fn explain(self, text: &[u8]) -> JsonError {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let read = deserializer.deserialize_any(Everything).and_then(|()| deserializer.end());
        match read.map_err(|error| error.to_string()) {
            Err(message) if !message.starts_with("number out of range") => JsonError(message.into()),
            _ => {
                let before = &text[..self.at.min(text.len())];
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
                JsonError(format!("expected {} at line {line} column {column}", self.expected.words()).into())
            }
        }
    }
}

/// Reads everything and keeps nothing.
struct Everything;

impl<'de> Visitor<'de> for Everything {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Everything)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_entry_seed(Everything, Everything)?.is_some() {}
        Ok(())
    }
}

impl<'de> serde::de::DeserializeSeed<'de> for Everything {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}
