//! The values that can be validated: any tree of JSON.

use serde_json::Value;

use super::number::Number;
use crate::value::{self, ValueRef};

/// A handle on a value that can be validated where it is: nothing of it is copied.
pub trait Instance<'v>: Copy {
    /// The type of the value, with its content.
    fn view(self) -> View<'v>;

    /// The items of a list in their order; none for everything else.
    fn items(self) -> impl Iterator<Item = Self>;

    /// A member of an object; `None` for everything else.
    fn member(self, name: &str) -> Option<Self>;

    /// The members of an object in their order; none for everything else.
    fn members(self) -> impl Iterator<Item = (&'v str, Self)>;

    /// An address that identifies the value while it is validated.
    fn place(self) -> usize;
}

/// The type of a value, with its content.
#[derive(Debug, Clone, Copy)]
pub enum View<'v> {
    Null,
    Bool(bool),
    Number(Number),
    Text(&'v str),
    /// How many items the list has.
    Items(usize),
    /// How many members the object has.
    Members(usize),
    /// Something that JSON does not have, and that is of no type.
    Other,
}

/// The subject of a schema: a value, or the name of a member.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'v, I> {
    Value(I),
    Name(&'v str),
}

impl<'v, I: Instance<'v>> Item<'v, I> {
    pub(super) fn view(self) -> View<'v> {
        match self {
            Item::Value(value) => value.view(),
            Item::Name(name) => View::Text(name),
        }
    }

    /// The object and the number of its members, where it is one.
    pub(super) fn object(self) -> Option<(I, usize)> {
        match (self, self.view()) {
            (Item::Value(value), View::Members(count)) => Some((value, count)),
            _ => None,
        }
    }

    /// The list and the number of its items, where it is one.
    pub(super) fn items(self) -> Option<(I, usize)> {
        match (self, self.view()) {
            (Item::Value(value), View::Items(count)) => Some((value, count)),
            _ => None,
        }
    }

    /// An address that identifies the value while it is validated. A name has no place of its own.
    pub(super) fn place(self) -> Option<usize> {
        match self {
            Item::Value(value) => Some(value.place()),
            Item::Name(_) => None,
        }
    }
}

impl<'v> Instance<'v> for &'v Value {
    fn view(self) -> View<'v> {
        match self {
            Value::Null => View::Null,
            Value::Bool(bool) => View::Bool(*bool),
            Value::Number(number) => View::Number(Number::from(number)),
            Value::String(text) => View::Text(text),
            Value::Array(items) => View::Items(items.len()),
            Value::Object(members) => View::Members(members.len()),
        }
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.as_array().into_iter().flatten()
    }

    fn member(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn members(self) -> impl Iterator<Item = (&'v str, Self)> {
        self.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    fn place(self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl<'v> Instance<'v> for ValueRef<'v> {
    #[inline]
    fn view(self) -> View<'v> {
        match self.kind() {
            value::Kind::Null => View::Null,
            value::Kind::Bool(bool) => View::Bool(bool),
            value::Kind::Number(number) => View::Number(Number::from(number)),
            value::Kind::String(text) => View::Text(text),
            value::Kind::List(items) => View::Items(items.len()),
            value::Kind::Object(members) => View::Members(members.len()),
            value::Kind::Binary(_) | value::Kind::Xml(_) => View::Other,
        }
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.as_list().map(value::List::iter).unwrap_or_default()
    }

    fn member(self, name: &str) -> Option<Self> {
        self.as_object()?.get(name)
    }

    fn members(self) -> impl Iterator<Item = (&'v str, Self)> {
        self.as_object().map(value::Object::iter).unwrap_or_default()
    }

    fn place(self) -> usize {
        ValueRef::place(self)
    }
}

impl From<&serde_json::Number> for Number {
    fn from(number: &serde_json::Number) -> Self {
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        match whole {
            Some(whole) => Number::Whole(whole),
            None => Number::Decimal(number.as_f64().unwrap_or(f64::INFINITY)),
        }
    }
}

impl From<value::Number<'_>> for Number {
    fn from(number: value::Number<'_>) -> Self {
        match number.computed() {
            value::Number::Integer(whole) => Number::Whole(whole.into()),
            value::Number::Unsigned(whole) => Number::Whole(whole.into()),
            number => Number::Decimal(number.as_f64()),
        }
    }
}
