//! The values of a template while it is rendered.

use std::sync::Arc;

use super::tree::Block;
use crate::value::{Kind, Number, Value, ValueRef};

/// A value. Lists and maps are in the heap, so that two variables may have the same one, as in Java.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Null,
    Bool(bool),
    Integer(i64),
    Double(f64),
    /// A whole number that is too long to compute with.
    Digits(Arc<str>),
    Text(Arc<str>),
    List(usize),
    Map(usize),
    /// A list or a map of JSON that nothing has looked into.
    Json(Value),
    /// `#define`.
    Block(Block),
    /// `$input`.
    Input,
    /// `$util`.
    Util,
}

// === impl Item ===

impl Item {
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Item::Text(text.as_ref().into())
    }

    pub(super) fn count(count: usize) -> Self {
        Item::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(super) fn of_json(value: ValueRef<'_>) -> Self {
        match value.kind() {
            Kind::Null => Item::Null,
            Kind::Bool(flag) => Item::Bool(flag),
            Kind::Number(number) => of_number(number),
            Kind::String(text) => Item::text(text),
            Kind::List(_) | Kind::Object(_) => Item::Json(value.to_value()),
            Kind::Binary(_) | Kind::Xml(_) => Item::text(value.to_text()),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Item::Null)
    }

    /// In Velocity 1.7 only null and false are not true.
    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Item::Null | Item::Bool(false))
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Item::Integer(number) => Some(*number as f64),
            Item::Double(number) => Some(*number),
            Item::Digits(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A whole number that may be an index.
    pub(super) fn index(&self) -> Option<usize> {
        match self {
            Item::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        }
    }
}

fn of_number(number: Number<'_>) -> Item {
    if let Some(whole) = number.as_i64() {
        return Item::Integer(whole);
    }
    let text = number.to_text();
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_whole && text != "-0" { Item::text_digits(&text) } else { Item::Double(number.as_f64()) }
}

impl Item {
    fn text_digits(text: &str) -> Self {
        Item::Digits(text.into())
    }
}
