//! The published schema takes the spellings that the loader takes.

use super::*;

const OURS: Reading<'static> = Reading { environment: true, definitions: None };
const IBM: Reading<'static> = Reading { environment: false, definitions: None };

fn takes(reading: &Reading<'_>, schema: &Value, value: &Value) -> bool {
    jsonschema::draft7::new(&reading.publish(schema)).unwrap().is_valid(value)
}

fn check(schema: Value, good: &[Value], bad: &[Value]) {
    for value in good {
        assert!(takes(&OURS, &schema, value), "{schema} {value}");
    }
    for value in bad {
        assert!(!takes(&OURS, &schema, value), "{schema} {value}");
    }
}

#[test]
fn text_may_look_like_something_else() {
    check(
        json!({ "type": "string" }),
        &[json!("a"), json!(503), json!(1.5), json!(true)],
        &[json!(null), json!([]), json!({})],
    );
    check(json!({ "type": ["string", "null"] }), &[json!(null), json!(7)], &[json!([])]);
}

#[test]
fn numbers_and_booleans_may_stand_in_quotes() {
    check(
        json!({ "type": "integer", "minimum": 0, "maximum": 9 }),
        &[json!(3), json!("3"), json!("0x1F"), json!("${N}"), json!("${N:-3}0")],
        &[json!(-1), json!("-1"), json!(10), json!("a"), json!("03"), json!(true), json!("$${N}"), json!("${N")],
    );
    check(json!({ "type": "integer", "minimum": 1 }), &[json!("10")], &[json!("0"), json!(0)]);
    check(json!({ "type": ["integer", "null"] }), &[json!(null), json!("-5")], &[json!("1.5")]);
    check(json!({ "type": "number" }), &[json!("1.5"), json!("-2e3")], &[json!("one")]);
    check(
        json!({ "type": "boolean" }),
        &[json!(true), json!("true"), json!("FALSE"), json!("${FLAG}")],
        &[json!("yes"), json!(1), json!(null)],
    );
}

#[test]
fn what_a_time_looks_like() {
    let time =
        json!({ "type": ["number", "string"], "minimum": 0, "pattern": r"^\d+(ms|s)?$", "x-expected": "a time" });
    check(
        time.clone(),
        &[json!(3), json!("3"), json!("30s"), json!("${T}s")],
        &[json!("soon"), json!(-1), json!(true)],
    );
    assert!(!takes(&IBM, &time, &json!("${T}")));
    assert_eq!(OURS.publish(&time)["patternErrorMessage"], "Expected a time.");
}

#[test]
fn choices_are_offered_and_their_other_forms_taken() {
    let choice = json!({ "type": ["string", "null"], "enum": ["HTTP/2", "2", "2.0", "true", null] });
    check(
        choice.clone(),
        &[json!("HTTP/2"), json!(2), json!(true), json!(null), json!("${V}")],
        &[json!("3"), json!(3)],
    );
    assert_eq!(OURS.publish(&choice)["anyOf"][0], json!({ "enum": ["HTTP/2", "2", "2.0", "true"] }));
    assert_eq!(OURS.publish(&choice)["anyOf"][1], json!({ "not": { "not": { "enum": [2, true] } } }));
    assert!(!takes(&IBM, &choice, &json!("${V}")));
    let described = json!({ "oneOf": [{ "enum": ["a"] }, { "const": "b" }, { "const": "c", "x-unbuilt": true }] });
    check(described, &[json!("a"), json!("b"), json!("${V}")], &[json!("c"), json!(1)]);
}

#[test]
fn inside_alternatives_nothing_is_read() {
    let either = json!({ "anyOf": [
        { "type": "string" },
        { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] },
    ] });
    check(either, &[json!("a"), json!("${A}"), json!({ "id": "a" })], &[json!(3), json!({ "id": 3 }), json!({})]);
}

#[test]
fn maps_lists_and_steps_keep_their_shape() {
    let schema = json!({
        "type": ["object", "null"],
        "additionalProperties": false,
        "required": ["list"],
        "properties": {
            "list": { "type": "array", "items": { "type": "string" }, "minItems": 1, "default": null, "x-secret": 1 },
            "steps": { "type": ["array", "null"], "x-steps": true, "items": {} },
            "named": { "type": "object", "additionalProperties": { "type": "boolean" } },
            "any": { "type": ["array", "boolean", "null", "number", "object", "string"] },
        },
    });
    check(
        schema.clone(),
        &[json!(null), json!({ "list": [1] }), json!({ "list": ["a"], "named": { "x": "true" }, "any": [{}] })],
        &[json!({}), json!({ "list": [] }), json!({ "list": "a" }), json!({ "list": ["a"], "more": 1 })],
    );
    let inside = Reading { environment: true, definitions: Some("#/definitions/") };
    let published = inside.publish(&schema);
    assert_eq!(published["properties"]["steps"]["items"], json!({ "$ref": "#/definitions/step" }));
    let text = published.to_string();
    assert!(!text.contains("\"x-") && !text.contains("default"), "{text}");
}

#[test]
fn a_default_is_said() {
    let said = |schema: Value| OURS.publish(&schema)["description"].clone();
    let schema = |description: &str, default: Value| json!({ "type": "boolean", "description": description, "default": default });
    assert_eq!(said(schema("Whether.", json!(false))), "Whether. Default: false.");
    assert_eq!(said(schema("Whether. Default: true.", json!(false))), "Whether. Default: true.");
    assert_eq!(said(schema("Whether.", json!(null))), "Whether.");
}
