//! A value that fits a schema: its examples where it has some, else the plainest value of its type.

use serde_json::{Map, Value, json};

use super::Api;
use crate::source::Node;

/// Schemas inside each other that are followed; a schema that contains itself ends here.
const DEPTH: usize = 8;

/// Members of an object and items of a list that a sample has.
const MOST: usize = 100;

impl Api {
    /// A value that fits a schema of the document.
    pub fn sample(&self, schema: &Node) -> Value {
        self.sampled(schema, DEPTH)
    }

    fn sampled(&self, schema: &Node, depth: usize) -> Value {
        let Ok(schema) = self.references.resolve(schema) else { return Value::Null };
        let first = |key: &str| schema.get(key).and_then(|list| list.items().first());
        if let Some(written) = schema.get("example").or(first("examples")).or(schema.get("default")) {
            return written.to_json();
        }
        if let Some(constant) = schema.get("const").or(first("enum")) {
            return constant.to_json();
        }
        let Some(depth) = depth.checked_sub(1) else { return Value::Null };
        if let Some(branch) = first("oneOf").or(first("anyOf")) {
            return self.sampled(branch, depth);
        }
        let all = schema.get("allOf").map(Node::items).unwrap_or_default();
        let parts: Vec<Value> = all.iter().map(|part| self.sampled(part, depth)).collect();
        match kind(schema) {
            Some("object") => self.object(schema, parts, depth),
            Some("array") => {
                let count = bound(schema, "minItems").unwrap_or(1).clamp(1, MOST);
                let item = schema.get("items").map_or(Value::Null, |items| self.sampled(items, depth));
                std::iter::repeat_n(item, count).collect()
            }
            Some("string") => Value::String(text(schema)),
            Some("integer" | "number") => number(schema),
            Some("boolean") => Value::Bool(true),
            _ if parts.iter().any(Value::is_object) => self.object(schema, parts, depth),
            _ => parts.into_iter().next().unwrap_or_default(),
        }
    }

    fn object(&self, schema: &Node, parts: Vec<Value>, depth: usize) -> Value {
        let mut members = Map::new();
        for part in parts {
            if let Value::Object(part) = part {
                members.extend(part);
            }
        }
        for entry in schema.get("properties").map(Node::entries).unwrap_or_default().iter().take(MOST) {
            if entry.value.get("writeOnly").and_then(Node::text) != Some("true") {
                members.insert(entry.key.text.to_string(), self.sampled(&entry.value, depth));
            }
        }
        members.into()
    }
}

/// The type that a schema names, or shows by its other keywords. Of several, the first that is not `null`.
fn kind(schema: &Node) -> Option<&str> {
    let written = schema.get("type");
    let named = written.and_then(|kind| {
        kind.text().or_else(|| kind.items().iter().filter_map(Node::text).find(|kind| *kind != "null"))
    });
    let shown = || {
        let has = |key: &str| schema.get(key).is_some();
        (has("properties").then_some("object")).or(has("items").then_some("array"))
    };
    named.or_else(shown)
}

fn bound(schema: &Node, key: &str) -> Option<usize> {
    schema.get(key)?.text()?.parse().ok()
}

fn text(schema: &Node) -> String {
    let written = match schema.get("format").and_then(Node::text) {
        Some("date") => "2026-01-31",
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("time") => "12:00:00Z",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        Some("email") => "name@example.com",
        Some("uri" | "url") => "https://example.com/",
        Some("hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("byte") => "dGV4dA==",
        _ => "text",
    };
    let length = written.len();
    let shortest = bound(schema, "minLength").unwrap_or_default().min(1024);
    let longest = bound(schema, "maxLength").unwrap_or(usize::MAX);
    if length < shortest {
        return format!("{written}{}", "x".repeat(shortest - length));
    }
    written.chars().take(longest).collect()
}

fn number(schema: &Node) -> Value {
    let limit = |key: &str| schema.get(key).and_then(Node::text).and_then(|text| text.parse::<f64>().ok());
    let (least, most) = (limit("minimum").unwrap_or(f64::MIN), limit("maximum").unwrap_or(f64::MAX));
    let number = 1_f64.clamp(least.min(most), most.max(least));
    let number = match limit("multipleOf").filter(|factor| *factor > 0.0) {
        Some(factor) => {
            let above = (number / factor).ceil() * factor;
            if above > most { (most / factor).floor() * factor } else { above }
        }
        None => number,
    };
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}
