//! The kind and the content of a value, whether it was made or read.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use super::number::Number;
use super::repr::{Members, Repr, Value};
use super::tape::{Json, Tag};
use crate::value::Xml;

/// A value that is looked at: one that was made, or a place in a text.
#[derive(Clone, Copy)]
pub struct ValueRef<'a>(pub(super) Place<'a>);

#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    Made(&'a Repr),
    Read(&'a Arc<Json>, u32),
}

/// The kind of a value, with its content.
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
pub struct List<'a>(pub(super) Items<'a>);

#[derive(Clone, Copy)]
pub(super) enum Items<'a> {
    Made(&'a [Value]),
    Read(&'a Arc<Json>, u32),
}

/// The members of an object, in their order.
#[derive(Clone, Copy)]
pub struct Object<'a>(pub(super) Pairs<'a>);

#[derive(Clone, Copy)]
pub(super) enum Pairs<'a> {
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
    /// Whether it is an object or a list.
    pub fn is_compound(self) -> bool {
        matches!(self.kind(), Kind::Object(_) | Kind::List(_))
    }

    /// The kind of the value, with its content.
    #[inline]
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

    /// An address that identifies the value while it and others exist.
    pub fn place(self) -> usize {
        match self.0 {
            Place::Made(repr) => std::ptr::from_ref(repr).addr(),
            Place::Read(json, node) => std::ptr::from_ref(&json.tape[node as usize]).addr(),
        }
    }

    /// The text of a whole value that came as text: JSON that was read and in which no member comes again, or text alone.
    pub fn source(self) -> Option<&'a ByteString> {
        match self.0 {
            Place::Read(json, 0) if !json.repeats => Some(&json.text),
            Place::Made(Repr::Shared(text)) => Some(text),
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
        Repr::Shared(text) => Kind::String(text),
        Repr::List(items) => Kind::List(List(Items::Made(items))),
        Repr::Object(members) => Kind::Object(Object(Pairs::Made(members))),
        Repr::Binary(bytes) => Kind::Binary(bytes),
        Repr::Xml(document) => Kind::Xml(document),
        Repr::Read { json, node } => read(json, *node),
    }
}

#[inline]
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
