//! Numbers, which keep the text that they came with.

use std::borrow::Cow;

/// A number.
#[derive(Debug, Clone, Copy)]
pub enum Number<'a> {
    Integer(i64),
    /// A whole number that is too large to be an `i64`.
    Unsigned(u64),
    Float(f64),
    /// As it was written, valid in JSON.
    Text(&'a str),
}

/// The type with which numbers are computed.
#[derive(Debug, Clone, Copy)]
enum Worth {
    Integer(i64),
    Unsigned(u64),
    Float(f64),
}

impl<'a> Number<'a> {
    /// The number as a whole one. One that was written with a point or an exponent is none.
    pub fn as_i64(self) -> Option<i64> {
        match self.worth() {
            Worth::Integer(number) => Some(number),
            Worth::Unsigned(_) | Worth::Float(_) => None,
        }
    }

    /// The same for one that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        match self.worth() {
            Worth::Integer(number) => u64::try_from(number).ok(),
            Worth::Unsigned(number) => Some(number),
            Worth::Float(_) => None,
        }
    }

    /// The nearest number that a computer has, infinite where there is none.
    pub fn as_f64(self) -> f64 {
        match self.worth() {
            Worth::Integer(number) => number as f64,
            Worth::Unsigned(number) => number as f64,
            Worth::Float(number) => number,
        }
    }

    /// As it was written, or as JSON writes it.
    pub fn to_text(self) -> Cow<'a, str> {
        match self {
            Number::Integer(number) => Cow::Owned(itoa::Buffer::new().format(number).to_owned()),
            Number::Unsigned(number) => Cow::Owned(itoa::Buffer::new().format(number).to_owned()),
            Number::Float(number) => Cow::Owned(serde_json::Number::from_f64(number).unwrap_or(0.into()).to_string()),
            Number::Text(text) => Cow::Borrowed(text),
        }
    }

    fn worth(self) -> Worth {
        match self {
            Number::Integer(number) => Worth::Integer(number),
            Number::Unsigned(number) => Worth::Unsigned(number),
            Number::Float(number) => Worth::Float(number),
            Number::Text(text) => worth(text),
        }
    }
}

/// The number that a text means. JSON's `-0` is not an integer here.
fn worth(text: &str) -> Worth {
    let is_whole = !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) && text != "-0";
    match (text.parse(), text.parse()) {
        (Ok(number), _) if is_whole => Worth::Integer(number),
        (_, Ok(number)) if is_whole => Worth::Unsigned(number),
        // A number that is valid in JSON is valid here.
        _ => Worth::Float(text.parse().unwrap_or(f64::INFINITY)),
    }
}

impl PartialEq for Number<'_> {
    /// Numbers are equal by their value, however they are written; but a whole number is none that was written with a point or
    /// an exponent. Numbers without end are equal where their texts are.
    fn eq(&self, other: &Self) -> bool {
        match (self.worth(), other.worth()) {
            (Worth::Integer(one), Worth::Integer(other)) => one == other,
            (Worth::Unsigned(one), Worth::Unsigned(other)) => one == other,
            (Worth::Float(one), Worth::Float(another)) if one.is_finite() => one == another,
            (Worth::Float(one), Worth::Float(another)) => one == another && self.to_text() == other.to_text(),
            _ => false,
        }
    }
}
