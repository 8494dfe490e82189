//! Compares with the crate jsonschema: the same schemas and values, many of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::json_schema::{Budget, Draft, Meter, Options, Schema};

fn options<'d>(draft: Draft) -> Options<'d> {
    Options { draft, discriminator: false, is_own: false, find: None }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        prop_oneof![Just(1.0), Just(1.5), Just(-0.0), Just(0.3)].prop_map(Value::from),
        "[abé]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn simple() -> impl Strategy<Value = Value> {
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
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        name().prop_map(|name| json!({ "type": name })),
        (name(), name()).prop_filter("two of a kind", |(a, b)| a != b).prop_map(|(a, b)| json!({ "type": [a, b] })),
        value().prop_map(|value| json!({ "const": value })),
        (value(), value()).prop_filter("two of a kind", |(a, b)| a != b).prop_map(|(a, b)| json!({ "enum": [a, b] })),
        (-2_i64..3).prop_map(|limit| json!({ "minimum": limit })),
        (-2_i64..3).prop_map(|limit| json!({ "exclusiveMaximum": limit, "format": "uint32" })),
        (0_u64..3).prop_map(|limit| json!({ "minLength": limit, "maxLength": 2, "minItems": limit, "maxItems": 3 })),
        prop_oneof![Just(json!(0.1)), Just(json!(2)), Just(json!(0.5))].prop_map(|by| json!({ "multipleOf": by })),
        prop_oneof![Just("^a"), Just("[^a]$"), Just("^(?!a)."), Just(r"^\w+$")]
            .prop_map(|text| json!({ "pattern": text })),
        Just(json!({ "uniqueItems": true, "maxProperties": 2 })),
        prop_oneof![Just("#"), Just("#/$defs/x"), Just("#/$defs/y")].prop_map(|to| json!({ "items": { "$ref": to } })),
        prop_oneof![Just("#"), Just("#/$defs/x"), Just("#/$defs/y")]
            .prop_map(|to| json!({ "properties": { "a": { "$ref": to } }, "required": ["b"] })),
    ]
}

/// Schemas with the keywords of every draft; older ones do not look at what they do not know.
fn schema() -> impl Strategy<Value = Value> {
    simple().prop_recursive(3, 20, 3, |inner| {
        let few = || proptest::collection::vec(inner.clone(), 1..4);
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            few().prop_map(|all| json!({ "anyOf": all })),
            few().prop_map(|all| json!({ "allOf": all })),
            few().prop_map(|all| json!({ "oneOf": all })),
            inner.clone().prop_map(|one| json!({ "not": one })),
            (inner.clone(), two()).prop_map(|(a, (b, c))| json!({ "if": a, "then": b, "else": c })),
            inner.clone().prop_map(|items| json!({ "items": items, "x-y": 1, "title": "t" })),
            two().prop_map(|(a, b)| json!({ "contains": a, "propertyNames": b, "minContains": 2, "maxContains": 2 })),
            two().prop_map(|(a, others)| {
                json!({ "type": "object", "properties": { "a": a }, "additionalProperties": others, "required": ["b"] })
            }),
            two().prop_map(
                |(a, b)| json!({ "patternProperties": { "[ab]": a, "b|c": b }, "dependentRequired": { "a": ["b"] } })
            ),
            two().prop_map(|(a, b)| json!({ "dependentSchemas": { "a": a }, "unevaluatedProperties": b })),
            (inner.clone(), two(), few()).prop_map(|(a, (b, c), all)| {
                json!({ "anyOf": all, "properties": { "a": a }, "allOf": [b], "unevaluatedProperties": c })
            }),
            (two(), few()).prop_map(|((a, b), all)| json!({ "prefixItems": [a], "anyOf": all, "unevaluatedItems": b })),
        ]
    })
}

fn with_definitions() -> impl Strategy<Value = Value> {
    (schema(), schema(), schema()).prop_map(|(start, x, y)| {
        let mut whole = json!({ "allOf": [start] });
        whole["$defs"] = json!({ "x": x, "y": y });
        whole
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn it_agrees_with_jsonschema(schema in with_definitions(), value in value()) {
        for (draft, theirs) in [
            (Draft::Draft7, jsonschema::Draft::Draft7),
            (Draft::Draft201909, jsonschema::Draft::Draft201909),
            (Draft::Draft202012, jsonschema::Draft::Draft202012),
        ] {
            // Items that `contains` counted are evaluated from 2020-12 on; jsonschema takes it so in 2019-09 as well.
            let text = schema.to_string();
            if draft == Draft::Draft201909 && text.contains("contains") && text.contains("unevaluatedItems") {
                continue;
            }
            let Ok(reference) = jsonschema::options().with_draft(theirs).build(&schema) else { continue };
            let ours = Schema::compile(&schema, &options(draft)).unwrap();
            let valid = reference.is_valid(&value);
            prop_assert_eq!(ours.is_valid(&value, &mut Meter::new(Budget::steps(100_000))), Ok(valid), "{:?} {} {}", draft, schema, value);
            let problems = ours.check(&value, &mut Meter::new(Budget::steps(200_000)), 3).unwrap();
            prop_assert_eq!(problems.is_empty(), valid, "{:?} {} {}", draft, schema, value);
        }
    }
}

proptest! {
    /// The patterns of our own types, which are compiled late and for ASCII first, over what looks like theirs.
    #[test]
    fn is_own_match_the_same(text in "[ \\t\u{a0}]{0,2}[0-9٣]{0,3}[.0-9]{0,3}[ /%]{0,2}(ms|second|s|h|none)?\n?") {
        for pattern in [
            r"^\s*\d+(\.\d+)?\s*(ms|s|m|h)?\s*$",
            r"^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$",
            r"^\s*\d+\s*/\s*\d*\s*(second|minute|hour|day|week)s?\s*$",
            "^(none|not-sent|throttled|always)$",
        ] {
            let (schema, text) = (json!({ "pattern": pattern }), json!(text));
            let late = Options { is_own: true, ..options(Draft::Draft7) };
            let ours = Schema::compile(&schema, &late).unwrap();
            let reference = jsonschema::draft7::new(&schema).unwrap().is_valid(&text);
            prop_assert_eq!(ours.is_valid(&text, &mut Meter::new(Budget::steps(1000))), Ok(reference), "{} {:?}", pattern, text);
        }
    }
}

#[test]
fn messages_are_those_that_jsonschema_has_without_values() {
    for (schema, value) in [
        (json!(false), json!(1)),
        (json!({"type": "integer"}), json!(1.5)),
        (json!({"type": ["string", "array", "null"]}), json!(1)),
        (json!({"const": {"a": 1}}), json!(1)),
        (json!({"enum": [1, "a", null]}), json!(2)),
        (json!({"enum": [1]}), json!(2)),
        (json!({"enum": [1, 2, 3, 4]}), json!(5)),
        (json!({"minimum": 2.5, "maximum": 1}), json!(2)),
        (json!({"exclusiveMinimum": 2}), json!(2)),
        (json!({"exclusiveMaximum": 2}), json!(2)),
        (json!({"multipleOf": 0.1}), json!(0.25)),
        (json!({"minLength": 1}), json!("")),
        (json!({"maxLength": 2}), json!("abc")),
        (json!({"pattern": r"^\d\w$"}), json!("a")),
        (json!({"format": "date"}), json!("a")),
        (json!({"minItems": 2}), json!([1])),
        (json!({"maxItems": 1}), json!([1, 2])),
        (json!({"uniqueItems": true}), json!([1, 1])),
        (json!({"items": [{}], "additionalItems": false}), json!([1, 2, 3])),
        (json!({"minProperties": 1}), json!({})),
        (json!({"maxProperties": 2}), json!({"a": 1, "b": 1, "c": 1})),
        (json!({"required": ["a\"b"]}), json!({})),
        (json!({"properties": {"a": {}}, "additionalProperties": false}), json!({"b": 1, "c": 1})),
        (json!({"anyOf": [false, {"type": "null"}]}), json!(1)),
        (json!({"oneOf": [false, {"type": "null"}]}), json!(1)),
        (json!({"oneOf": [true, {"type": "integer"}]}), json!(1)),
        (json!({"not": {"type": "integer"}}), json!(1)),
        (json!({"contentEncoding": "base64"}), json!("ä")),
    ] {
        let reference = jsonschema::options().with_draft(jsonschema::Draft::Draft7).should_validate_formats(true);
        let reference = reference.build(&schema).unwrap();
        let mut expected: Vec<String> = reference.iter_errors(&value).map(|error| error.masked().to_string()).collect();
        let ours = Schema::compile(&schema, &options(Draft::Draft7)).unwrap();
        let problems = ours.check(&value, &mut Meter::new(Budget::steps(1000)), 9).unwrap();
        let mut found: Vec<String> = problems.iter().map(|one| one.kind.to_string()).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{schema}");
    }
}
