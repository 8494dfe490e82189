//! Maps of an event, and the text of the names and values in them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Pairs that are written as a map, or as null where there are none. No name is there twice.
#[derive(Debug, Default)]
pub(super) struct Map<'a, T>(pub Vec<(Cow<'a, str>, T)>);

impl<'a, T> Map<'a, T> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn entry(&mut self, name: &str) -> Option<&mut T> {
        self.0.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// The same, written as an empty map where there are none.
pub(super) struct Always<'m, 'a, T>(pub &'m Map<'a, T>);

impl<T: Serialize> Serialize for Always<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<T: Serialize> Serialize for Map<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_empty() {
            return serializer.serialize_none();
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// The text behind a percent-encoded one; bytes that are not UTF-8 leave it as it was.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

pub(super) fn borrowed<'a>(pairs: &[(&'a str, &'a str)]) -> Map<'a, &'a str> {
    Map(pairs.iter().map(|(name, value)| (Cow::Borrowed(*name), *value)).collect())
}
