//! What a value is, and what is in it, whether it was made or read.

use std::sync::Arc;

use bytes::Bytes;

use super::number::Number;
use super::repr::{Members, Repr, Value};
use super::tape::{self, Json, Tag};
use crate::value::Xml;

/// A value that is looked at: one that was made, or a place in a text.
#[derive(Clone, Copy)]
pub struct ValueRef<'a>(Place<'a>);

#[derive(Clone, Copy)]
enum Place<'a> {
    Made(&'a Repr),
    Read(&'a Arc<Json>, u32),
}

/// What a value is.
#[derive(Clone, Copy)]
pub enum Kind<'a> {
    Null,
    Bool(bool),
    Number(Number<'a>),
    String(&'a str),
    List(List<'a>),
    Object(Object<'a>),
    /// Bytes that are not JSON: an image, or text in another encoding.
    Binary(&'a Bytes),
    /// A document that a step has parsed or made. It reads as its text.
    Xml(&'a Arc<Xml>),
}

/// The items of a list.
#[derive(Clone, Copy)]
pub struct List<'a>(Items<'a>);

#[derive(Clone, Copy)]
enum Items<'a> {
    Made(&'a [Value]),
    Read(&'a Arc<Json>, u32),
}

/// The members of an object, in their order.
#[derive(Clone, Copy)]
pub struct Object<'a>(Pairs<'a>);

#[derive(Clone, Copy)]
enum Pairs<'a> {
    Made(&'a Members),
    Read(&'a Arc<Json>, u32),
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        ValueRef(match &value.0 {
            Repr::Read { json, node } => Place::Read(json, *node),
            made => Place::Made(made),
        })
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        value.to_value()
    }
}

impl<'a> ValueRef<'a> {
    /// What the value is.
    pub fn kind(self) -> Kind<'a> {
        match self.0 {
            Place::Made(repr) => made(repr),
            Place::Read(json, node) => read(json, node),
        }
    }

    /// The value for itself: a pointer is copied.
    pub fn to_value(self) -> Value {
        match self.0 {
            Place::Made(repr) => Value(repr.clone()),
            Place::Read(json, node) => match json.word(node).tag() {
                Tag::Null => Value::NULL,
                Tag::True => true.into(),
                Tag::False => false.into(),
                _ => Value(Repr::Read { node, json: json.clone() }),
            },
        }
    }

    /// What tells the value from every other one while both are there.
    pub fn place(self) -> usize {
        match self.0 {
            Place::Made(repr) => std::ptr::from_ref(repr).addr(),
            Place::Read(json, node) => std::ptr::from_ref(&json.tape[node as usize]).addr(),
        }
    }

    /// The text that the value was read from, where that is all of it and no member comes again.
    pub fn source(self) -> Option<&'a str> {
        match self.0 {
            Place::Read(json, 0) if !json.repeats => Some(&json.text),
            _ => None,
        }
    }

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

    pub fn as_list(self) -> Option<List<'a>> {
        match self.kind() {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

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

fn made(repr: &Repr) -> Kind<'_> {
    match repr {
        Repr::Null => Kind::Null,
        Repr::Bool(flag) => Kind::Bool(*flag),
        Repr::Integer(number) => Kind::Number(Number::Integer(*number)),
        Repr::Unsigned(number) => Kind::Number(Number::Unsigned(*number)),
        Repr::Float(number) => Kind::Number(Number::Float(*number)),
        Repr::Digits(text) => Kind::Number(Number::Text(text)),
        Repr::String(text) => Kind::String(text),
        Repr::List(items) => Kind::List(List(Items::Made(items))),
        Repr::Object(members) => Kind::Object(Object(Pairs::Made(members))),
        Repr::Binary(bytes) => Kind::Binary(bytes),
        Repr::Xml(document) => Kind::Xml(document),
        Repr::Read { json, node } => read(json, *node),
    }
}

fn read(json: &Arc<Json>, node: u32) -> Kind<'_> {
    let word = json.word(node);
    match word.tag() {
        Tag::True => Kind::Bool(true),
        Tag::False => Kind::Bool(false),
        Tag::Number => Kind::Number(Number::Text(json.text(word))),
        Tag::Text | Tag::Decoded => Kind::String(json.text(word)),
        Tag::List => Kind::List(List(Items::Read(json, node))),
        Tag::Object | Tag::Large => Kind::Object(Object(Pairs::Read(json, node))),
        // No value begins with one of the last two.
        Tag::Null | Tag::Instead | Tag::Again => Kind::Null,
    }
}

impl<'a> List<'a> {
    pub fn len(self) -> usize {
        match self.0 {
            Items::Made(items) => items.len(),
            Items::Read(json, node) => json.word(node).size(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn get(self, index: usize) -> Option<ValueRef<'a>> {
        match self.0 {
            Items::Made(items) => items.get(index).map(ValueRef::from),
            Items::Read(json, node) => json.item(node, index).map(|item| ValueRef(Place::Read(json, item))),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = ValueRef<'a>> + Clone {
        let (made, read) = match self.0 {
            Items::Made(items) => (Some(items), None),
            Items::Read(json, node) => (None, Some((json, node))),
        };
        let read = read.map(|(json, node)| json.items(node).map(move |item| ValueRef(Place::Read(json, item))));
        made.into_iter().flatten().map(ValueRef::from).chain(read.into_iter().flatten())
    }
}

impl<'a> Object<'a> {
    pub fn len(self) -> usize {
        match self.0 {
            Pairs::Made(members) => members.len(),
            Pairs::Read(json, node) => json.word(node).size(),
        }
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub fn get(self, name: &str) -> Option<ValueRef<'a>> {
        match self.0 {
            Pairs::Made(members) => members.get(name).map(ValueRef::from),
            Pairs::Read(json, node) => json.member(node, name).map(|value| ValueRef(Place::Read(json, value))),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = (&'a str, ValueRef<'a>)> + Clone {
        let (made, read) = match self.0 {
            Pairs::Made(members) => (Some(members), None),
            Pairs::Read(json, node) => (None, Some((json, node))),
        };
        let made = made.into_iter().flatten().map(|(name, value)| (&**name, ValueRef::from(value)));
        let read = read.map(|(json, node)| {
            let pairs: tape::Pairs<'a> = json.members(node);
            pairs.map(move |(key, value)| (json.text(key), ValueRef(Place::Read(json, value))))
        });
        made.chain(read.into_iter().flatten())
    }
}
