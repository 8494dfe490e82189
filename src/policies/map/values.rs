//! `value`: constants, copies and scripts.

use regex::Regex;

use super::config::Scalar;
use crate::expression::{Reference, Resolved, Root};
use crate::script::substitute;
use crate::value::{Kind, Value};

/// The content of a `value`.
pub(super) enum Written {
    Constant(Value),
    /// One reference and nothing else.
    Reference(String),
    /// A program with `$bound[0]` and so on in the place of these references.
    Program {
        text: String,
        references: Vec<String>,
    },
}

/// Reads a `value`.
pub(super) fn read(value: &Scalar) -> Result<Written, String> {
    let text = match value {
        Scalar::Flag(flag) => return Ok(Written::Constant((*flag).into())),
        Scalar::Number(number) => return Ok(Written::Constant(number.into())),
        Scalar::Text(text) => text,
    };
    if let Some(constant) = constant(text) {
        return Ok(Written::Constant(constant));
    }
    if let Some(name) = only_reference(text) {
        return Ok(Written::Reference(name.to_owned()));
    }
    let mut references: Vec<String> = Vec::new();
    let substituted = substitute(text, &mut |name| {
        let number = references.iter().position(|known| known == name).unwrap_or(references.len());
        if number == references.len() {
            references.push(name.to_owned());
        }
        let root = Root::Named(number.to_string().into());
        Ok(Resolved::Variable(Reference::new(root, Vec::new())))
    })
    .map_err(|(message, _)| message)?;
    Ok(Written::Program { text: substituted.text, references })
}

/// A literal: what JSON has, a text in single quotes, or words that are no program.
fn constant(text: &str) -> Option<Value> {
    let trimmed = text.trim().trim_end_matches(';').trim_end();
    if let Ok(value) = Value::parse_json(trimmed.as_bytes())
        && !matches!(value.kind(), Kind::Object(_) | Kind::List(_))
    {
        return Some(value);
    }
    if let Some(inside) = trimmed.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))
        && !inside.contains(['\'', '\\', '\n'])
        && !inside.contains("$(")
    {
        return Some(inside.into());
    }
    let is_plain = Regex::new(r"^[\p{L}\p{N}_ ./:,-]*$").is_ok_and(|plain| plain.is_match(text));
    let is_word = Regex::new(r"^(?:undefined|NaN|Infinity|-?[\d.]+\s*[-/]\s*[\d.]+)$");
    (is_plain && !is_word.is_ok_and(|word| word.is_match(trimmed))).then(|| text.into())
}

/// `$(input.a)` alone.
fn only_reference(text: &str) -> Option<&str> {
    let inside = text.trim().trim_end_matches(';').strip_prefix("$(")?.strip_suffix(')')?;
    (!inside.contains(['(', ')', '$'])).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        match read(&Scalar::Text(text.to_owned())).unwrap() {
            Written::Constant(value) => format!("constant {}", serde_json::to_string(&value).unwrap()),
            Written::Reference(name) => format!("reference {name}"),
            Written::Program { text, references } => format!("program {text} {references:?}"),
        }
    }

    #[test]
    fn literals_references_and_programs_are_told_apart() {
        for (text, expected) in [
            ("text/xml", "constant \"text/xml\""),
            ("Not Found", "constant \"Not Found\""),
            ("7", "constant 7"),
            ("true", "constant true"),
            ("\"a b\"", "constant \"a b\""),
            ("'a + b';", "constant \"a + b\""),
            ("2024-01-02T00:00:00", "constant \"2024-01-02T00:00:00\""),
            ("$(input.a.b)", "reference input.a.b"),
            ("$(a) + ' ' + $(b)", "program ($bound[0]) + ' ' + ($bound[1]) [\"a\", \"b\"]"),
            ("$(a) > $(a)", "program ($bound[0]) > ($bound[0]) [\"a\"]"),
            ("'<$(a)>'", "program ('<'+($bound[0]??'')+'>') [\"a\"]"),
            ("new Date().toISOString()", "program new Date().toISOString() []"),
            ("10 / 4", "program 10 / 4 []"),
        ] {
            assert_eq!(written(text), expected, "{text}");
        }
    }
}
