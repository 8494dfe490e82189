//! Values and schemas that cost far more than they weigh, without a budget.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::json_schema::instance::Item;
use crate::json_schema::run::Run;
use crate::json_schema::{Budget, Draft, Meter, Options, Schema, TooCostly};

fn compile(schema: &Value) -> Schema {
    let options = Options { draft: Draft::Draft202012, discriminator: true, is_own: false, find: None };
    Schema::compile(schema, &options).unwrap()
}

/// Whether a value is valid, the steps it took, and the results that were kept.
fn cost(schema: &Value, value: &Value) -> (bool, u64, usize) {
    let schema = compile(schema);
    let mut meter = Meter::new(Budget::steps(10_000_000));
    let mut run = Run::new(&schema, &mut meter);
    let valid = run.holds(schema.root, Item::Value(value)).unwrap();
    (valid, run.meter.spent(), run.kept())
}

/// The problems that a schema finds, in the time that a test may take.
fn problems(schema: &Value, value: &Value) -> Vec<(String, String)> {
    let schema = compile(schema);
    let budget = Budget { deadline: Some(Instant::now() + Duration::from_secs(5)), ..Budget::steps(10_000_000) };
    let problems = schema.check(value, &mut Meter::new(budget), 5).unwrap().into_iter();
    problems.map(|one| (one.at, one.kind.to_string())).collect()
}

fn nested(depth: usize, inner: Value) -> Value {
    (0..depth).fold(inner, |value, _| Value::Array(vec![value]))
}

#[test]
fn overlapping_branches_that_recur_cost_little() {
    let any = json!({"anyOf": [
        {"type": "array", "items": {"$ref": "#"}}, {"type": "array", "items": {"$ref": "#"}}, {"type": "string"},
    ]});
    for depth in [8, 24, 100] {
        let value = nested(depth, json!(1));
        let (valid, steps, _) = cost(&any, &value);
        assert!(!valid && steps < 20_000, "{depth}: {steps}");
        assert_eq!(problems(&any, &value).len(), 1);
    }
    // No more than two thousand steps: nothing is kept for what is small.
    assert_eq!(cost(&any, &nested(5, json!("a"))), (true, 33, 0));
}

fn expressions() -> Value {
    let node = |properties: Value| json!({"type": "object", "required": ["kind", "args"], "properties": properties});
    let args = json!({"kind": {"type": "string"}, "args": {"type": "array", "items": {"$ref": "#"}}});
    json!({
        "oneOf": [{"$ref": "#/$defs/And"}, {"$ref": "#/$defs/Or"}, {"$ref": "#/$defs/Leaf"}],
        "$defs": {
            "And": node(args.clone()),
            "Or": node(args),
            "Leaf": {"type": "object", "required": ["field"], "properties": {"field": {"type": "string"}}},
        },
    })
}

fn expression(depth: usize, leaf: Value) -> Value {
    (0..depth).fold(leaf, |inner, _| json!({"kind": "And", "args": [inner]}))
}

#[test]
fn trees_of_expressions_cost_what_they_weigh() {
    let plain = expressions();
    let (valid, steps, _) = cost(&plain, &expression(50, json!({"field": 1})));
    assert!(!valid && steps < 20_000, "{steps}");

    let mut chosen = plain;
    chosen["discriminator"] =
        json!({"propertyName": "kind", "mapping": {"And": "#/$defs/And", "Or": "#/$defs/Or", "Leaf": "#/$defs/Leaf"}});
    let (valid, steps, kept) = cost(&chosen, &expression(50, json!({"kind": "Leaf", "field": "a"})));
    assert!(valid && steps < 1_500 && kept == 0, "{steps} {kept}");
    let at = |value: &Value| problems(&chosen, value);
    let found = at(&expression(1, json!({"kind": "Leaf", "field": 1})));
    assert_eq!(found, [("/args/0/field".to_owned(), "value is not of type \"string\"".to_owned())]);
    let found = at(&expression(1, json!({"kind": "Nor"})));
    assert_eq!(found, [("/args/0".to_owned(), "\"kind\" names none of the schemas that there are".to_owned())]);
    let found = at(&expression(1, json!({})));
    assert_eq!(found, [("/args/0".to_owned(), "\"kind\" is a required property".to_owned())]);
    assert_eq!(at(&json!(1)).len(), 1);
}

#[test]
fn wide_lists_end_at_the_first_item_that_fits_nothing() {
    let alternatives: Vec<Value> = (0..20).map(|i| json!({"type": "object", "required": [format!("k{i}")]})).collect();
    let wide = json!({"type": "array", "items": {"anyOf": alternatives}});
    let value = Value::Array(vec![json!({}); 1_000_000]);
    let (valid, steps, _) = cost(&wide, &value);
    assert!(!valid && steps < 100, "{steps}");
    assert_eq!(problems(&wide, &value).len(), 5);
    let last = Value::Array(vec![json!({"k19": 1}); 1_000_000]);
    assert_eq!(compile(&wide).is_valid(&last, &mut Meter::new(Budget::steps(100_000))), Err(TooCostly::Steps(100_000)));
}

#[test]
fn diamonds_and_circles_end() {
    // Every level asks for the next one twice.
    let mut diamond = json!({"allOf": [{"$ref": "#/$defs/0"}, {"$ref": "#/$defs/0"}], "$defs": {}});
    for level in 0..60 {
        let next = format!("#/$defs/{}", level + 1);
        diamond["$defs"][level.to_string()] = json!({"allOf": [{"$ref": next}, {"$ref": next}]});
    }
    diamond["$defs"]["60"] = json!({"type": "string"});
    let (valid, steps, _) = cost(&diamond, &json!("a"));
    assert!(valid && steps < 10_000, "{steps}");
    assert_eq!(problems(&diamond, &json!(1)).len(), 5);

    for circle in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"not": {"not": {"$ref": "#"}}}}}),
    ] {
        assert!(cost(&circle, &json!({"a": [1]})).0, "{circle}");
    }
    let with_more = json!({"anyOf": [{"$ref": "#"}], "type": "string"});
    assert_eq!(problems(&with_more, &json!(1))[0].1, "value is not of type \"string\"");
}

#[test]
fn what_is_left_is_found_without_looking_again_and_again() {
    let tree = json!({
        "anyOf": [{"properties": {"a": {"$ref": "#"}}}, {"properties": {"b": {"$ref": "#"}}}],
        "unevaluatedProperties": false,
    });
    let value = (0..100).fold(json!({}), |inner, _| json!({"a": inner}));
    let (valid, steps, _) = cost(&tree, &value);
    assert!(valid && steps < 30_000, "{steps}");
    let value = (0..100).fold(json!({"c": 1}), |inner, _| json!({"a": inner}));
    let found = problems(&tree, &value);
    assert!(!found.is_empty() && found.len() <= 5, "{found:?}");
}

#[test]
fn deep_values_do_not_end_the_stack() {
    let deep =
        json!({"anyOf": [{"type": "array", "items": {"allOf": [{"$ref": "#"}, {"minItems": 0}]}}, {"type": "string"}]});
    let check = move || {
        let schema = compile(&deep);
        assert!(schema.is_valid(&nested(120, json!("a")), &mut Meter::new(Budget::steps(1_000_000))).unwrap());
        let found = schema.check(&nested(120, json!(1)), &mut Meter::new(Budget::steps(10_000_000)), 5);
        assert_eq!(found.unwrap().len(), 1);
        // Never dropped: that would need a stack of its own.
        let value = std::mem::ManuallyDrop::new(nested(2_000, json!("a")));
        let result = schema.is_valid(&*value, &mut Meter::new(Budget::steps(10_000_000)));
        assert!(matches!(result, Err(TooCostly::Depth(_))), "{result:?}");
        let all_the_way =
            compile(&json!({"items": {"properties": {"a": {}}, "items": {"$ref": "#"}}, "uniqueItems": true}));
        assert!(matches!(
            all_the_way.check(&*value, &mut Meter::new(Budget::steps(10_000_000)), 5),
            Err(TooCostly::Depth(_))
        ));
    };
    // The stack of a thread of tokio.
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(check).unwrap().join().unwrap();
}

#[test]
fn time_ends_it_and_so_does_a_flag() {
    let schema = compile(&json!({"items": {"pattern": "^(?=a)(a+)+$"}}));
    let value = Value::Array(vec![json!(format!("{}!", "a".repeat(40))); 100_000]);
    let start = Instant::now();
    let budget = Budget { deadline: Some(start + Duration::from_millis(50)), ..Budget::steps(u64::MAX) };
    // A pattern that runs away does not match, so the first item ends the first look; the second one goes on until it is late.
    assert!(matches!(schema.check(&value, &mut Meter::new(budget), usize::MAX), Err(TooCostly::Time)));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());

    let list = compile(&json!({"items": {"anyOf": [{"minimum": 5}, {"type": "integer"}]}}));
    let long = Value::Array((0..100_000).map(Value::from).collect());
    let cancelled = Some(Arc::new(AtomicBool::new(true)));
    let budget = Budget { cancelled, ..Budget::steps(u64::MAX) };
    assert_eq!(list.is_valid(&long, &mut Meter::new(budget)), Err(TooCostly::Time));
    let budget = Budget { deadline: Some(start), ..Budget::steps(u64::MAX) };
    assert_eq!(list.is_valid(&long, &mut Meter::new(budget)), Err(TooCostly::Time));
    assert_eq!(list.is_valid(&long, &mut Meter::new(Budget::steps(u64::MAX))), Ok(true));
}

#[test]
fn texts_cost_by_their_length() {
    let long = json!("x".repeat(4_000_000));
    for rule in [
        json!({"pattern": "a$"}),
        json!({"maxLength": 3}),
        json!({"format": "uri"}),
        json!({"format": "email"}),
        json!({"format": "regex"}),
        json!({"format": "idn-hostname"}),
    ] {
        let schema = compile(&rule);
        assert!(schema.is_valid(&long, &mut Meter::new(Budget::steps(10_000))).is_err(), "{rule}");
    }
}
