//! Reading values: members, items and conversions.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::repr::Value;
use super::view::{Kind, List, Object, ValueRef};
use crate::value::Xml;

impl<'a> ValueRef<'a> {
    /// Member `key` of an object, or the item of a list whose index `key` spells. Keys of objects compare exactly.
    pub fn get(self, key: &str) -> Option<ValueRef<'a>> {
        match self.kind() {
            Kind::Object(members) => members.get(key),
            Kind::List(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        }
    }

    /// The value at the end of `path`; `self` for an empty path.
    pub fn at<'p>(self, path: impl IntoIterator<Item = &'p str>) -> Option<ValueRef<'a>> {
        path.into_iter().try_fold(self, |value, key| value.get(key))
    }

    pub fn is_null(self) -> bool {
        matches!(self.kind(), Kind::Null)
    }

    /// Whether nothing is there: null, or a string without characters.
    pub fn is_empty(self) -> bool {
        match self.kind() {
            Kind::Null => true,
            Kind::String(text) => text.is_empty(),
            _ => false,
        }
    }

    /// The text of a string value.
    pub fn as_str(self) -> Option<&'a str> {
        match self.kind() {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    #[inline]
    pub fn as_list(self) -> Option<List<'a>> {
        match self.kind() {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    #[inline]
    pub fn as_object(self) -> Option<Object<'a>> {
        match self.kind() {
            Kind::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether it is so of an item of a list, or of the value itself where it is no list.
    pub fn any(self, is_so: impl Fn(ValueRef<'a>) -> bool) -> bool {
        match self.as_list() {
            Some(items) => items.iter().any(is_so),
            None => is_so(self),
        }
    }

    /// The value as a whole number, also where it is a number written as text.
    pub fn as_integer(self) -> Option<i64> {
        match self.kind() {
            Kind::Number(number) => number.as_i64(),
            Kind::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl Value {
    /// The kind of the value, with its content.
    pub fn kind(&self) -> Kind<'_> {
        self.view().kind()
    }

    /// The value, to be looked at.
    pub fn view(&self) -> ValueRef<'_> {
        self.into()
    }

    /// Member `key` of an object, or the item of a list whose index `key` spells. Keys of objects compare exactly.
    pub fn get(&self, key: &str) -> Option<ValueRef<'_>> {
        self.view().get(key)
    }

    /// The value at the end of `path`; `self` for an empty path.
    pub fn at<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Option<ValueRef<'_>> {
        self.view().at(path)
    }

    /// A copy of the value at the end of `path`; null where nothing is.
    pub fn below<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Value {
        let mut path = path.into_iter().peekable();
        match path.peek() {
            None => self.clone(),
            Some(_) => self.at(path).map(Value::from).unwrap_or_default(),
        }
    }

    /// The value as it reads inside a text: strings bare, null and missing empty, objects and lists as compact JSON,
    /// bytes as text where they are UTF-8.
    pub fn to_text(&self) -> Cow<'_, str> {
        self.view().to_text()
    }

    /// The bytes a body made of this value has: strings and bytes as they are, XML in UTF-8, a whole JSON text that was read as it
    /// came, and everything else as compact JSON.
    pub fn to_bytes(&self) -> Bytes {
        self.view().to_bytes()
    }

    /// The value as compact JSON.
    pub fn to_json(&self) -> String {
        self.view().to_json()
    }

    pub fn is_null(&self) -> bool {
        self.view().is_null()
    }

    /// Whether nothing is there: null, or a string without characters.
    pub fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        self.view().as_str()
    }

    pub fn as_list(&self) -> Option<List<'_>> {
        self.view().as_list()
    }

    pub fn as_object(&self) -> Option<Object<'_>> {
        self.view().as_object()
    }

    /// The document, where it is one.
    pub fn as_xml(&self) -> Option<&Arc<Xml>> {
        match self.kind() {
            Kind::Xml(document) => Some(document),
            _ => None,
        }
    }

    /// The value as a whole number, also where it is a number written as text.
    pub fn as_integer(&self) -> Option<i64> {
        self.view().as_integer()
    }
}
