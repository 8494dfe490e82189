//! A schema as a table.

use std::fmt::Write;

use serde_json::Value;

/// The properties of an object schema as a Markdown table.
pub(super) fn table(schema: &Value) -> String {
    let mut text = String::from("| property | type | default | meaning |\n|---|---|---|---|\n");
    rows(schema, "", &mut text);
    text
}

fn rows(schema: &Value, prefix: &str, text: &mut String) {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let default = match property.get("default") {
            Some(Value::String(default)) if default.is_empty() => "none".to_owned(),
            Some(Value::String(default)) => format!("`{default}`"),
            Some(Value::Null) | None if required.contains(&name.as_str()) => "required".to_owned(),
            Some(Value::Null | Value::Object(_)) | None => "none".to_owned(),
            Some(other) => format!("`{other}`"),
        };
        let meaning = property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        let _ =
            writeln!(text, "| `{prefix}{name}` | {} | {default} | {} |", kind(property), meaning.replace('|', "\\|"));
        let inner = property.get("items").unwrap_or(property);
        let inner = inner.get("anyOf").and_then(|options| options.get(0)).unwrap_or(inner);
        let dots = if property.get("items").is_some() { "[]." } else { "." };
        rows(inner, &format!("{prefix}{name}{dots}"), text);
        if let Some(named) = property.get("additionalProperties").filter(|named| named.is_object()) {
            rows(named, &format!("{prefix}{name}.NAME."), text);
        }
    }
}

fn kind(property: &Value) -> String {
    if let Some(words) = property.get("x-expected").and_then(Value::as_str) {
        return words.split(" such as").next().unwrap_or(words).trim_start_matches("a ").to_owned();
    }
    let options = property
        .get("enum")
        .and_then(Value::as_array)
        .or_else(|| property.pointer("/anyOf/0/enum").and_then(Value::as_array));
    if let Some(options) = options {
        let words = options.iter().filter_map(Value::as_str).map(|word| format!("`{word}`"));
        return words.collect::<Vec<_>>().join(", ");
    }
    if let Some(options) = property.get("oneOf").and_then(Value::as_array) {
        let built = options.iter().filter(|one| one.get("x-unbuilt").is_none());
        let words = built.flat_map(|one| {
            let listed = one.get("enum").and_then(Value::as_array).into_iter().flatten();
            one.get("const").into_iter().chain(listed).filter_map(Value::as_str)
        });
        return words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    let word = |name: &str| {
        match name {
            "string" => "text",
            "integer" | "number" => "number",
            "boolean" => "boolean",
            "array" => "list",
            "object" => "map",
            other => return other.to_owned(),
        }
        .to_owned()
    };
    match property.get("type") {
        Some(Value::String(name)) => word(name),
        Some(Value::Array(names)) if names.len() > 3 => "any".to_owned(),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.map(word).collect::<Vec<_>>().join(" or ")
        }
        _ => "map".to_owned(),
    }
}
