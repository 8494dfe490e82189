//! The values of operands, and their comparison.
//!
//! [`Unsure`] means that JSONata has to say: a list or an object is compared, or types differ where they must not.

use std::ops::Deref;
use std::sync::Arc;

use crate::value::{Kind, Value, ValueRef};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
}

/// True, false, or JSONata's nothing, which is false wherever a boolean is asked for, and stays nothing under `$not`.
pub(super) type Answer = Option<bool>;

/// JSONata has to say.
#[derive(Debug)]
pub(super) struct Unsure;

/// The value of an operand in a request.
pub(super) enum Found<'a> {
    /// JSONata's nothing.
    Missing,
    Null,
    Bool(bool),
    Number(f64),
    Text(Text<'a>),
    Object {
        is_empty: bool,
    },
    /// JSONata has to look at it.
    Unsure,
}

pub(super) enum Text<'a> {
    Borrowed(&'a str),
    /// A string.
    Shared(Value),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text.as_str().unwrap_or_default(),
        }
    }
}

impl<'a> From<ValueRef<'a>> for Found<'a> {
    fn from(value: ValueRef<'a>) -> Self {
        match value.kind() {
            Kind::Null => Found::Null,
            Kind::Bool(flag) => Found::Bool(flag),
            Kind::Number(number) => Found::Number(number.as_f64()),
            Kind::String(text) => Found::Text(Text::Borrowed(text)),
            Kind::Object(members) => Found::Object { is_empty: members.is_empty() },
            Kind::List(_) | Kind::Binary(_) | Kind::Xml(_) => Found::Unsure,
        }
    }
}

impl Found<'_> {
    /// The same for longer than what it was found in: its text is shared.
    pub fn kept<'a>(self, value: ValueRef<'_>) -> Found<'a> {
        match self {
            Found::Missing => Found::Missing,
            Found::Null => Found::Null,
            Found::Bool(flag) => Found::Bool(flag),
            Found::Number(number) => Found::Number(number),
            Found::Text(_) => Found::Text(Text::Shared(value.to_value())),
            Found::Object { is_empty } => Found::Object { is_empty },
            Found::Unsure => Found::Unsure,
        }
    }
}

impl Comparison {
    /// JSONata's comparisons: with nothing, equality is false, and order is nothing.
    pub fn test(self, left: &Found<'_>, right: &Found<'_>) -> Result<Answer, Unsure> {
        use Found::{Bool, Missing, Null, Number, Object, Text};
        if let Comparison::Equal | Comparison::NotEqual = self {
            let equal = match (left, right) {
                (Found::Unsure | Object { .. }, _) | (_, Found::Unsure | Object { .. }) => return Err(Unsure),
                (Missing, _) | (_, Missing) => return Ok(Some(false)),
                (Null, Null) => true,
                (Bool(a), Bool(b)) => a == b,
                (Number(a), Number(b)) => a == b,
                (Text(a), Text(b)) => **a == **b,
                _ => false,
            };
            return Ok(Some(equal == (self == Comparison::Equal)));
        }
        let order = match (left, right) {
            (Missing, Missing | Number(_) | Text(_)) | (Number(_) | Text(_), Missing) => return Ok(None),
            (Number(a), Number(b)) => a.partial_cmp(b).ok_or(Unsure)?,
            // JavaScript compares UTF-16, which is another order outside of ASCII.
            (Text(a), Text(b)) if a.is_ascii() && b.is_ascii() => (**a).cmp(&**b),
            _ => return Err(Unsure),
        };
        Ok(Some(match self {
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
            Comparison::Equal | Comparison::NotEqual => return Err(Unsure),
        }))
    }
}

impl Constant {
    pub fn found(&self) -> Found<'_> {
        match self {
            Constant::Null => Found::Null,
            Constant::Bool(flag) => Found::Bool(*flag),
            Constant::Number(number) => Found::Number(*number),
            Constant::Text(text) => Found::Text(Text::Borrowed(text)),
        }
    }
}
