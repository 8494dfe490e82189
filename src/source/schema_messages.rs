//! The demands of a schema and their places, in the words of findings.

use serde_json::Value;

use crate::base::quoted_list;
use crate::json_schema::{Kind, Problem};

/// The last name in a JSON pointer, with the positions after it: `actions[0]`.
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

/// The properties of the object schema at a place.
pub(super) fn known_properties(schema: &Value, place: &str) -> Vec<String> {
    let properties = schema.pointer(&format!("{place}/properties")).and_then(Value::as_object);
    properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

/// The demand of a schema at the place of an error, in words.
pub(super) fn expectation(problem: &Problem<'_>, schema: &Value) -> String {
    let schema = schema.pointer(problem.schema).unwrap_or(&Value::Null);
    if let Some(words) = schema.get("x-expected").and_then(Value::as_str) {
        return words.to_owned();
    }
    match &problem.kind {
        Kind::Enum(options) => quoted_list(&listed(options)),
        Kind::Minimum { limit, exclusive: false } => format!("at least {limit}"),
        Kind::Maximum { limit, exclusive: false } => format!("at most {limit}"),
        Kind::MinLength(limit) => format!("at least {limit} characters"),
        Kind::MaxLength(limit) => format!("at most {limit} characters"),
        Kind::MinItems(limit) => format!("at least {limit} items"),
        Kind::Pattern(pattern) => format!("text like `{pattern}`"),
        _ => match choices(schema).as_slice() {
            [] => types(schema.get("type").unwrap_or(&Value::Null)),
            words => quoted_list(words),
        },
    }
}

/// The texts that a schema allows at the place of an error, where it lists them.
pub(super) fn allowed(problem: &Problem<'_>, schema: &Value) -> Vec<String> {
    match &problem.kind {
        Kind::Enum(options) => listed(options),
        _ => {
            let schema = schema.pointer(problem.schema).unwrap_or(&Value::Null);
            choices(schema).into_iter().map(str::to_owned).collect()
        }
    }
}

/// Whether the schema is one for a short text in a certain form, which a finding may quote: it is not a place for a secret.
pub(super) fn has_form(problem: &Problem<'_>, schema: &Value) -> bool {
    let schema = schema.pointer(problem.schema).unwrap_or(&Value::Null);
    let is_bounded = matches!(problem.kind, Kind::Enum(_) | Kind::Minimum { .. } | Kind::Maximum { .. });
    is_bounded || schema.get("x-expected").is_some() || !choices(schema).is_empty()
}

/// Whether the schema at the place of an error is one for a list.
pub(super) fn wants_list(problem: &Problem<'_>, schema: &Value) -> bool {
    let kind = schema.pointer(problem.schema).and_then(|schema| schema.get("type"));
    kind.is_some_and(|kind| {
        kind == "array" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == "array"))
    })
}

fn listed(options: &Value) -> Vec<String> {
    let options = options.as_array().into_iter().flatten().filter(|option| !option.is_null());
    options.map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned)).collect()
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
