//! What a schema asks for, and where, in the words of findings.

use gantry_validators::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use crate::base::quoted_list;

/// The last name in a JSON pointer, with the positions behind it: `actions[0]`.
pub(super) fn property_name(pointer: &str) -> Option<String> {
    let mut name: Option<String> = None;
    for segment in pointer.split('/').skip(1) {
        match (&mut name, segment.parse::<usize>()) {
            (Some(name), Ok(index)) => name.push_str(&format!("[{index}]")),
            _ => name = Some(segment.replace("~1", "/").replace("~0", "~")),
        }
    }
    name
}

/// The properties of the object schema whose `additionalProperties` refused a key.
pub(super) fn known_properties(schema: &Value, schema_path: &str) -> Vec<String> {
    let owner = schema_path.rsplit_once('/').map_or("", |(owner, _)| owner);
    let properties = schema.pointer(&format!("{owner}/properties")).and_then(Value::as_object);
    properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// What a schema asks for at the place of an error, in words. Never quotes the instance: it may be secret.
pub(super) fn expectation(error: &ValidationError<'_>, schema: &Value) -> String {
    let owner = error.schema_path().as_str().rsplit_once('/').map_or("", |(owner, _)| owner);
    let schema = schema.pointer(owner).unwrap_or(&Value::Null);
    if let Some(words) = schema.get("x-expected").and_then(Value::as_str) {
        return words.to_owned();
    }
    match error.kind() {
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter(|option| !option.is_null())
                .map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned))
                .collect();
            quoted_list(&options)
        }
        ValidationErrorKind::Minimum { limit } => format!("at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("at most {limit}"),
        ValidationErrorKind::MinLength { limit } => format!("at least {limit} characters"),
        ValidationErrorKind::MaxLength { limit } => format!("at most {limit} characters"),
        ValidationErrorKind::MinItems { limit } => format!("at least {limit} items"),
        ValidationErrorKind::Pattern { pattern } => format!("text like `{pattern}`"),
        _ => match choices(schema).as_slice() {
            [] => types(schema.get("type").unwrap_or(&Value::Null)),
            words => quoted_list(words),
        },
    }
}

/// The words of an enumeration whose variants each have a description.
fn choices(schema: &Value) -> Vec<&str> {
    let variants = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    let words = variants.flat_map(|one| {
        let listed = one.get("enum").and_then(Value::as_array).into_iter().flatten();
        one.get("const").into_iter().chain(listed).filter_map(Value::as_str)
    });
    words.collect()
}

fn types(value: &Value) -> String {
    let word = |name: &str| match name {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        "object" => "a map",
        _ => "nothing",
    };
    match value {
        Value::String(name) => word(name).to_owned(),
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.map(word).collect::<Vec<_>>().join(" or ")
        }
        _ => "something else".to_owned(),
    }
}
