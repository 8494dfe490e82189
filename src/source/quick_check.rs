//! A first look at a value under a schema, for the many values that have nothing wrong with them.
//!
//! Gantry's own schemas say little: types, properties, enumerations, bounds. A value that fits by those rules needs no
//! validator, and a start without mistakes compiles none. Of what this does not know it says so, and the validator decides.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

/// Looks at values, and keeps the patterns that it met. Gantry's own, such as that of `30s`, are simple enough for a small engine.
#[derive(Default)]
pub(super) struct Look {
    patterns: Mutex<HashMap<String, Option<Regex>>>,
}

impl Look {
    /// Whether a value follows a schema of draft 7. `None` where only a validator can say.
    pub(super) fn fits(&self, schema: &Value, value: &Value) -> Option<bool> {
        match schema {
            Value::Bool(all) => Some(*all),
            Value::Object(rules) => every(rules.iter().map(|(key, rule)| self.follows(rules, key, rule, value))),
            _ => None,
        }
    }

    /// One keyword. Each speaks of values of one type and takes all others.
    fn follows(&self, rules: &Map<String, Value>, key: &str, rule: &Value, value: &Value) -> Option<bool> {
        match (key, value) {
            ("title" | "description" | "default" | "examples" | "deprecated" | "$schema", _) => Some(true),
            _ if key.starts_with("x-") => Some(true),
            ("type", _) => match rule {
                Value::Array(names) => some(names.iter().map(|name| is_a(name, value))),
                name => is_a(name, value),
            },
            ("enum", _) => some(rule.as_array()?.iter().map(|one| same(one, value))),
            ("const", _) => same(rule, value),
            ("anyOf", _) => some(rule.as_array()?.iter().map(|one| self.fits(one, value))),
            ("allOf", _) => every(rule.as_array()?.iter().map(|one| self.fits(one, value))),
            ("oneOf", _) => {
                let each: Option<Vec<bool>> = rule.as_array()?.iter().map(|one| self.fits(one, value)).collect();
                Some(each?.into_iter().filter(|fits| *fits).count() == 1)
            }
            // Sizes of numbers, as schemars names them, are formats to nobody else.
            ("format", _) if rule.as_str().is_some_and(|name| SIZES.contains(&name)) => Some(true),
            ("properties", Value::Object(members)) => {
                let known = rule.as_object()?.iter();
                every(known.filter_map(|(name, rule)| members.get(name).map(|member| self.fits(rule, member))))
            }
            ("additionalProperties", Value::Object(members)) if !rules.contains_key("patternProperties") => {
                let known = rules.get("properties").and_then(Value::as_object);
                let others = members.iter().filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)));
                every(others.map(|(_, member)| self.fits(rule, member)))
            }
            ("required", Value::Object(members)) => {
                every(rule.as_array()?.iter().map(|name| Some(members.contains_key(name.as_str()?))))
            }
            ("properties" | "additionalProperties" | "required", _) => Some(!value.is_object()).filter(|other| *other),
            ("items", Value::Array(items)) if !rule.is_array() => every(items.iter().map(|item| self.fits(rule, item))),
            ("minItems", Value::Array(items)) => Some(items.len() as u64 >= rule.as_u64()?),
            ("minLength", Value::String(text)) => Some(text.chars().count() as u64 >= rule.as_u64()?),
            ("maxLength", Value::String(text)) => Some(text.chars().count() as u64 <= rule.as_u64()?),
            ("minimum", Value::Number(number)) => Some(number.as_i64()? >= rule.as_i64()?),
            ("maximum", Value::Number(number)) => Some(number.as_i64()? <= rule.as_i64()?),
            ("items" | "minItems", _) => Some(!value.is_array()).filter(|other| *other),
            ("pattern", Value::String(text)) => self.matches(rule.as_str()?, text),
            ("minLength" | "maxLength" | "pattern", _) => Some(!value.is_string()).filter(|other| *other),
            ("minimum" | "maximum", _) => Some(!value.is_number()).filter(|other| *other),
            _ => None,
        }
    }

    /// Text that does not match is left to the validator, which has to say so anyway.
    fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if !patterns.contains_key(pattern) {
            patterns.insert(pattern.to_owned(), RegexBuilder::new(pattern).unicode(false).build().ok());
        }
        patterns.get(pattern)?.as_ref()?.is_match(text).then_some(true)
    }
}

const SIZES: [&str; 10] = ["uint", "uint8", "uint16", "uint32", "uint64", "int", "int32", "int64", "double", "float"];

fn is_a(name: &Value, value: &Value) -> Option<bool> {
    Some(match name.as_str()? {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        // `1.0` is one too.
        "integer" if value.is_f64() => return None,
        "integer" => value.is_number(),
        _ => return None,
    })
}

/// Whether two values are the same. Numbers that are written differently may be.
fn same(one: &Value, other: &Value) -> Option<bool> {
    let plain = |value: &Value| value.is_string() || value.is_boolean() || value.is_null();
    match one == other {
        true => Some(true),
        false if plain(one) || plain(other) => Some(false),
        false => None,
    }
}

fn every(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn some(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    every(answers.map(|answer| answer.map(|one| !one))).map(|none| !none)
}

#[cfg(test)]
mod tests {
    use gantry_validators::Validator;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3_i64..4).prop_map(Value::from),
            prop_oneof![Just(1.0), Just(1.5)].prop_map(Value::from),
            "[ab]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("[ab]", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn schema() -> impl Strategy<Value = Value> {
        let name = || {
            prop_oneof![
                Just("null"),
                Just("boolean"),
                Just("string"),
                Just("array"),
                Just("object"),
                Just("number"),
                Just("integer")
            ]
        };
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            name().prop_map(|name| json!({ "type": name })),
            (name(), name()).prop_filter("two of a kind", |(a, b)| a != b).prop_map(|(a, b)| json!({ "type": [a, b] })),
            value().prop_map(|value| json!({ "const": value })),
            (value(), value())
                .prop_filter("two of a kind", |(a, b)| a != b)
                .prop_map(|(a, b)| json!({ "enum": [a, b] })),
            (-2_i64..3).prop_map(|limit| json!({ "minimum": limit })),
            (-2_i64..3).prop_map(|limit| json!({ "maximum": limit, "format": "uint32" })),
            (0_u64..3).prop_map(|limit| json!({ "minLength": limit, "maxLength": 2, "minItems": limit })),
            Just(json!({ "pattern": "^a" })),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            let few = || proptest::collection::vec(inner.clone(), 1..3);
            prop_oneof![
                few().prop_map(|all| json!({ "anyOf": all })),
                few().prop_map(|all| json!({ "allOf": all })),
                few().prop_map(|all| json!({ "oneOf": all })),
                inner.clone().prop_map(|items| json!({ "items": items, "x-y": 1, "title": "t" })),
                (inner.clone(), inner.clone()).prop_map(|(a, others)| {
                    json!({ "type": "object", "properties": { "a": a }, "additionalProperties": others, "required": ["b"] })
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// Where this says something, the validator says the same.
        #[test]
        fn it_agrees_with_the_validator(schema in schema(), value in value()) {
            if let Some(fits) = Look::default().fits(&schema, &value) {
                let validator = Validator::draft7(&schema).unwrap();
                prop_assert_eq!(fits, validator.is_valid(&value), "{} {}", schema, value);
            }
        }
    }

    proptest! {
        /// The patterns of our own types too, over what looks like theirs.
        #[test]
        fn it_agrees_about_patterns(text in "[ \\t\u{a0}]{0,2}[0-9٣]{0,3}[.0-9]{0,3}[ /%]{0,2}(ms|second|s|h|none)?\n?") {
            for pattern in [
                r"^\s*\d+(\.\d+)?\s*(ms|s|m|h)?\s*$",
                r"^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$",
                r"^\s*\d+\s*/\s*\d*\s*(second|minute|hour|day|week)s?\s*$",
                "^(none|not-sent|throttled|always)$",
            ] {
                let schema = json!({ "pattern": pattern });
                if let Some(fits) = Look::default().fits(&schema, &json!(text)) {
                    let validator = Validator::draft7(&schema).unwrap();
                    prop_assert_eq!(fits, validator.is_valid(&json!(text)), "{} {:?}", pattern, text);
                }
            }
        }
    }

    #[test]
    fn what_configurations_look_like_is_known() {
        let schema = json!({
            "type": "object",
            "properties": { "function": { "type": "string" }, "timeout": { "type": ["integer", "null"], "minimum": 0 } },
            "additionalProperties": false,
            "required": ["function"],
        });
        assert_eq!(Look::default().fits(&schema, &json!({ "function": "a", "timeout": 3 })), Some(true));
        assert_eq!(Look::default().fits(&schema, &json!({ "function": "a", "timout": 3 })), Some(false));
        let duration = json!({ "type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*(ms|s|m|h)?\s*$" });
        assert_eq!(Look::default().fits(&duration, &json!("1.5s")), Some(true));
        assert_eq!(Look::default().fits(&duration, &json!("soon")), None);
        assert_eq!(Look::default().fits(&json!({ "$ref": "#" }), &json!("a")), None);
    }
}
