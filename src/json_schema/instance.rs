//! What is validated, seen from here: any tree of JSON.

use serde_json::Value;

use super::number::Number;

/// A value that can be validated where it is: nothing of it is copied.
pub trait Instance: Sized {
    /// What the value is.
    fn view(&self) -> View<'_, Self>;

    /// A member of an object; `None` for everything else.
    fn member(&self, name: &str) -> Option<&Self>;

    /// The members of an object in their order; none for everything else.
    fn members(&self) -> impl Iterator<Item = (&str, &Self)>;
}

/// What a value is.
#[derive(Debug)]
pub enum View<'v, I> {
    Null,
    Bool(bool),
    Number(Number),
    Text(&'v str),
    Items(&'v [I]),
    /// How many members the object has.
    Members(usize),
}

/// What a schema is held against: a value, or the name of a member.
#[derive(Debug)]
pub(super) enum Item<'v, I> {
    Value(&'v I),
    Name(&'v str),
}

impl<I> Clone for Item<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Item<'_, I> {}

impl<'v, I: Instance> Item<'v, I> {
    pub(super) fn view(self) -> View<'v, I> {
        match self {
            Item::Value(value) => value.view(),
            Item::Name(name) => View::Text(name),
        }
    }

    /// The object, where it is one.
    pub(super) fn object(self) -> Option<(&'v I, usize)> {
        match self {
            Item::Value(value) => match value.view() {
                View::Members(count) => Some((value, count)),
                _ => None,
            },
            Item::Name(_) => None,
        }
    }

    /// The items, where it is a list.
    pub(super) fn items(self) -> Option<&'v [I]> {
        match self.view() {
            View::Items(items) => Some(items),
            _ => None,
        }
    }

    /// What tells the value from every other one while it is validated. A name has no place of its own.
    pub(super) fn place(self) -> Option<usize> {
        match self {
            Item::Value(value) => Some(std::ptr::from_ref(value).addr()),
            Item::Name(_) => None,
        }
    }
}

impl Instance for Value {
    fn view(&self) -> View<'_, Self> {
        match self {
            Value::Null => View::Null,
            Value::Bool(bool) => View::Bool(*bool),
            Value::Number(number) => View::Number(Number::from(number)),
            Value::String(text) => View::Text(text),
            Value::Array(items) => View::Items(items),
            Value::Object(members) => View::Members(members.len()),
        }
    }

    fn member(&self, name: &str) -> Option<&Self> {
        self.get(name)
    }

    fn members(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
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
