//! A scalar, and what a plain one means: the core schema of YAML 1.2.

use std::sync::Arc;

use serde_json::{Number, Value};

use super::origin::Origin;
use super::style::Style;

/// Text that is not yet a string, a number, a boolean or null: [`Scalar::to_json`] decides.
#[derive(Debug, Clone)]
pub struct Scalar {
    pub text: Arc<str>,
    pub style: Style,
    /// Part of the text came from the environment or a file and must not be shown.
    pub masked: bool,
    /// The origin of the text, if the file does not have it letter by letter.
    pub origin: Option<Origin>,
}

impl Scalar {
    /// The scalar as JSON. `yes`, `on` and `012` are the strings they look like and not a boolean or an octal number,
    /// and a number that JSON cannot hold (`.inf`) stays text.
    pub fn to_json(&self) -> Value {
        if self.style != Style::Plain {
            return Value::String(self.text.to_string());
        }
        match &*self.text {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            text => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.to_json() {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(number) if number.is_f64() => "a number",
            Value::Number(_) => "a whole number",
            _ => "text",
        }
    }
}

/// A number of the core schema, or `None` where the text is a string.
fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(Number::from);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().map(Number::from);
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // A leading zero keeps identifiers such as `007` what they are.
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        let text = text.strip_prefix('+').unwrap_or(text);
        return text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok();
    }
    let decimal = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    if decimal { text.parse::<f64>().ok().and_then(Number::from_f64) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let read =
            |text: &str| Scalar { text: text.into(), style: Style::Plain, masked: false, origin: None }.to_json();
        for (text, value) in [
            ("true", json!(true)),
            ("yes", json!("yes")),
            ("~", json!(null)),
            ("12", json!(12)),
            ("-3", json!(-3)),
            ("+5", json!(5)),
            ("012", json!("012")),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("1.5", json!(1.5)),
            ("1e3", json!(1000.0)),
            (".inf", json!(".inf")),
            ("1.0.0", json!("1.0.0")),
            ("2024-01-01", json!("2024-01-01")),
            ("12:30", json!("12:30")),
        ] {
            assert_eq!(read(text), value, "{text}");
        }
    }

    #[test]
    fn quoted_scalars_are_strings() {
        assert_eq!(
            Scalar { text: "12".into(), style: Style::Quoted, masked: false, origin: None }.to_json(),
            json!("12")
        );
    }
}
