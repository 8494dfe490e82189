//! `$util`.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;

use super::error::RenderError;
use super::item::Item;
use super::render::Renderer;
use crate::value::Value;

/// The functions of API Gateway.
pub(super) const FUNCTIONS: [&str; 6] =
    ["escapeJavaScript", "parseJson", "urlEncode", "urlDecode", "base64Encode", "base64Decode"];

/// Beginnings of the names that AppSync has in addition.
const OF_APPSYNC: [&str; 16] = [
    "appendError",
    "auth",
    "autoId",
    "autoUlid",
    "defaultIf",
    "dynamodb",
    "error",
    "http",
    "is",
    "list",
    "map",
    "math",
    "qr",
    "quiet",
    "rds",
    "time",
];

const MORE_OF_APPSYNC: [&str; 8] =
    ["matches", "str", "toJson", "transform", "typeOf", "unauthorized", "validate", "xml"];

/// Decodes with padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn is_of_appsync(name: &str) -> bool {
    OF_APPSYNC.iter().chain(&MORE_OF_APPSYNC).any(|one| name.starts_with(one)) || name == "escapeJavascript"
}

// === impl Renderer ===

impl Renderer<'_> {
    pub(super) fn util(&mut self, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        let Some(argument) = arguments.first().filter(|argument| !argument.is_null()) else {
            // Texts of nothing are empty.
            return Ok(if name == "parseJson" { Item::Null } else { Item::text("") });
        };
        let text = self.text(argument)?;
        self.budget.hold(text.len())?;
        let made = match name {
            "escapeJavaScript" => escaped(&text),
            "urlEncode" => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            "urlDecode" => crate::value::form::decoded(&text).into_owned(),
            "base64Encode" => BASE64_STANDARD.encode(&text),
            "base64Decode" => match LENIENT.decode(text.trim()) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(_) => return Err(RenderError::new("the argument of `$util.base64Decode` is not base64")),
            },
            _ => {
                let value = Value::read_json(Bytes::from(text))
                    .map_err(|_| RenderError::new("the argument of `$util.parseJson` is not JSON"))?;
                return self.heap.opened(Item::of_json(value.view()), &mut self.budget);
            }
        };
        self.made_text(made)
    }
}

/// A text as it may be between quotes in JavaScript.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for one in text.chars() {
        match one {
            '"' | '\\' | '\'' | '/' => out.extend(['\\', one]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            one if one < ' ' => out.push_str(&format!("\\u{:04X}", u32::from(one))),
            one => out.push(one),
        }
    }
    out
}
