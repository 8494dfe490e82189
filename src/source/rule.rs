//! Rules between properties. The loader has its own code and messages for them; these are for the published schema.

use serde_json::{Value, json};

/// The key under which a type's schema carries its rules, as `#[schemars(extend("x-rules" = …))]`.
pub const RULES: &str = "x-rules";

/// A rule: a map for which `case` holds is refused with this message.
pub fn refused(case: &Value, message: &str) -> Value {
    // A map is never null, so this fails with the message and nothing else.
    json!({ "if": case, "then": { "type": "null", "errorMessage": message } })
}

/// Whether a property is there and holds something.
pub fn is_set(name: &str) -> Value {
    json!({ "required": [name], "not": { "properties": { name: { "type": "null" } } } })
}

/// Whether a property is there and holds more than the empty text that editors write.
pub fn says_something(name: &str) -> Value {
    json!({ "required": [name], "not": { "properties": { name: { "enum": [null, ""] } } } })
}

/// A rule by which at least one of these cases holds.
pub fn at_least_one(cases: &[Value], message: &str) -> Value {
    refused(&json!({ "not": { "anyOf": cases } }), message)
}

/// Whether a rule refuses a map without any property.
pub fn refuses_nothing_set(rule: &Value) -> bool {
    rule.pointer("/if/not/anyOf").is_some()
}

/// Rules by which exactly one of these properties is set.
pub fn exactly_one(names: &[&str], message: &str) -> Vec<Value> {
    let none = at_least_one(&names.iter().map(|name| is_set(name)).collect::<Vec<_>>(), message);
    let pairs =
        names.iter().enumerate().flat_map(|(at, first)| names[at + 1..].iter().map(move |second| (first, second)));
    let two = pairs.map(|(first, second)| json!({ "allOf": [is_set(first), is_set(second)] }));
    std::iter::once(none).chain(two.map(|case| refused(&case, message))).collect()
}

/// A rule by which these are set together or not at all.
pub fn both_or_neither(first: &str, second: &str, message: &str) -> Vec<Value> {
    let only = |one: &str, other: &str| json!({ "allOf": [is_set(one), { "not": is_set(other) }] });
    vec![refused(&only(first, second), message), refused(&only(second, first), message)]
}
