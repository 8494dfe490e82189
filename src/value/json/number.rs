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

impl<'a> Number<'a> {
    /// The number as a whole one. One that was written with a point or an exponent is none.
    pub fn as_i64(self) -> Option<i64> {
        match self.computed() {
            Number::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// The same for one that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        match self.computed() {
            Number::Integer(number) => u64::try_from(number).ok(),
            Number::Unsigned(number) => Some(number),
            _ => None,
        }
    }

    /// The nearest number that a computer has, infinite where there is none.
    pub fn as_f64(self) -> f64 {
        match self.computed() {
            Number::Integer(number) => number as f64,
            Number::Unsigned(number) => number as f64,
            Number::Float(number) => number,
            Number::Text(_) => f64::NAN,
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

    /// The number to compute with: it is no text.
    #[inline]
    pub fn computed(self) -> Number<'static> {
        match self {
            Number::Integer(number) => Number::Integer(number),
            Number::Unsigned(number) => Number::Unsigned(number),
            Number::Float(number) => Number::Float(number),
            Number::Text(text) => short(text).unwrap_or_else(|| any(text)),
        }
    }
}

/// The powers of ten that are exact.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The number that a text means which has at most 15 digits and no exponent: its digits and the power of ten by which they are
/// divided are exact, so the result is the nearest one.
fn short(text: &str) -> Option<Number<'static>> {
    let (is_negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mut digits, mut point) = (0_u64, None);
    if rest.len() > POWERS.len() {
        return None;
    }
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
            b'.' => point = Some(at),
            _ => return None,
        }
    }
    match point {
        Some(point) => {
            let number = digits as f64 / POWERS[rest.len() - point - 1];
            Some(Number::Float(if is_negative { -number } else { number }))
        }
        None if rest.len() == POWERS.len() || is_negative && digits == 0 => None,
        None => Some(Number::Integer(if is_negative { -(digits as i64) } else { digits as i64 })),
    }
}

/// The number that any text means. JSON's `-0` is not an integer here.
fn any(text: &str) -> Number<'static> {
    let is_whole = !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) && text != "-0";
    match (text.parse(), text.parse()) {
        (Ok(number), _) if is_whole => Number::Integer(number),
        (_, Ok(number)) if is_whole => Number::Unsigned(number),
        // A number that is valid in JSON is valid here.
        _ => Number::Float(text.parse().unwrap_or(f64::INFINITY)),
    }
}

impl PartialEq for Number<'_> {
    /// Numbers are equal by their value, however they are written; but a whole number is none that was written with a point or
    /// an exponent. Numbers without end are equal where their texts are.
    fn eq(&self, other: &Self) -> bool {
        match (self.computed(), other.computed()) {
            (Number::Integer(one), Number::Integer(other)) => one == other,
            (Number::Unsigned(one), Number::Unsigned(other)) => one == other,
            (Number::Float(one), Number::Float(another)) if one.is_finite() => one == another,
            (Number::Float(one), Number::Float(another)) => one == another && self.to_text() == other.to_text(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_mean_what_all_texts_mean() {
        let signs = ["", "-"];
        let digits =
            ["0", "7", "10", "999", "123456789012345", "999999999999999", "1234567890123456", "12345678901234567890"];
        let ends =
            ["", ".0", ".5", ".1", ".10", ".123", ".000001", ".99999999999999", ".123456789012345", "e3", ".5e-2"];
        for (sign, digits, end) in
            signs.iter().flat_map(|sign| digits.iter().flat_map(move |digits| ends.map(|end| (sign, digits, end))))
        {
            let text = format!("{sign}{digits}{end}");
            let (one, other) = (Number::Text(&text).computed(), any(&text));
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn short_decimals_are_the_nearest_numbers(whole in 0_u64..100_000_000, part in 0_u64..10_000_000) {
            let text = format!("{whole}.{part}");
            proptest::prop_assert_eq!(format!("{:?}", Number::Text(&text).computed()), format!("{:?}", any(&text)));
        }
    }
}
