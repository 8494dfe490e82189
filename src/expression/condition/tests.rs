//! The lowered form against jsonata-core: they agree on every answer and every error.

use jsonata_core::evaluator::Evaluator;
use jsonata_core::parser;
use jsonata_core::value::JValue;
use proptest::prelude::*;

use super::*;
use crate::expression::test_scope::{TestScope, request, resolve};
use crate::value::Value;

/// Values of every kind.
const VALUES: [&str; 24] = [
    "",
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1.5",
    "1e20",
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"é\"",
    "\"1\"",
    "\"true\"",
    "[]",
    "[1]",
    "[\"a\"]",
    "[1,2]",
    "[[1]]",
    "[null]",
    "{}",
    "{\"x\":1}",
    "[{\"x\":1}]",
    "9007199254740993",
];

fn compile(text: &str) -> Condition {
    Condition::compile(text, &mut resolve).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The library's result for the expression over the whole tree. A root that holds null does not exist.
fn expected(text: &str, tree: &Value) -> Result<bool, Option<String>> {
    let ast = parser::parse(&format!("$boolean({text})")).unwrap();
    let json = serde_json::to_string(tree).unwrap();
    let mut root = JValue::from_json_str(&json).unwrap();
    root.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    match Evaluator::new().evaluate(&ast, &root) {
        Ok(JValue::Bool(answer)) => Ok(answer),
        Ok(JValue::Undefined) => Ok(false),
        Ok(other) => panic!("{text}: {other:?}"),
        Err(error) => Err(error.code().map(str::to_owned)),
    }
}

fn agree(condition: &Condition, text: &str, scope: &TestScope) {
    let answer = condition.test(scope).map_err(|error| error.code.map(|code| code.to_string()));
    let json = serde_json::to_string(&scope.root).unwrap();
    assert_eq!(answer, expected(text, &scope.root), "`{text}` over {json}");
}

/// A tree with `v` and `w` at the root, in an object, and in a list of objects.
fn tree(v: &str, w: &str) -> TestScope {
    let pairs = [("v", v), ("w", w)].into_iter().filter(|(_, value)| !value.is_empty());
    let members: Vec<String> = pairs.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let members = members.join(",");
    let comma = if members.is_empty() { "" } else { "," };
    TestScope::new(&format!(
        r#"{{{members}{comma}"o":{{{members}}},"list":[{{{members}}},{{"v":"a"}}],"message":{{"body":{{{members}}}}}}}"#
    ))
}

#[test]
fn every_operator_agrees_on_every_pair_of_values() {
    let trees: Vec<TestScope> = VALUES.iter().flat_map(|v| VALUES.map(|w| tree(v, w))).collect();
    for operator in ["=", "!=", "<", "<=", ">", ">=", "and", "or"] {
        for text in
            [format!("v {operator} w"), format!("o.v {operator} message.body.w"), format!("$not(o.v {operator} w)")]
        {
            let condition = compile(&text);
            assert!(condition.is_lowered(), "{text}");
            trees.iter().for_each(|scope| agree(&condition, &text, scope));
        }
    }
}

#[test]
fn every_operator_agrees_on_constants_and_lists() {
    let trees: Vec<TestScope> = VALUES.iter().map(|v| tree(v, "1")).collect();
    for operator in ["=", "!=", "<", "<=", ">", ">=", "and", "or"] {
        for place in ["v", "o.v", "$.o.v", "$$.o.v", "list.v", "message.body.v", "o.v.x", "list"] {
            for constant in ["'a'", "\"1\"", "''", "'é'", "1", "-1.5", "0", "true", "false", "null", "9007199254740992"]
            {
                for text in [format!("{place} {operator} {constant}"), format!("{constant} {operator} ({place})")] {
                    let condition = compile(&text);
                    assert!(condition.is_lowered(), "{text}");
                    trees.iter().for_each(|scope| agree(&condition, &text, scope));
                }
            }
        }
    }
}

#[test]
fn single_operands_agree() {
    let trees: Vec<TestScope> = VALUES.iter().map(|v| tree(v, "1")).collect();
    for place in ["v", "o.v", "list.v", "list", "o", "o.v.x", "none.at.all"] {
        for text in [
            place.to_owned(),
            format!("$exists({place})"),
            format!("$not({place})"),
            format!("$boolean({place})"),
            format!("$not($boolean({place}))"),
            format!("$not($exists({place}))"),
            format!("$not($not({place} < 1))"),
            format!("{place} in ['a', 1, null, true, -1.5]"),
            format!("$not({place} in ['a'])"),
            format!("{place} in []"),
            format!("false and {place} < 1"),
            format!("true or {place} < 1"),
            format!("{place} and 1 < 'a'"),
            format!("{place} or 1 < 'a'"),
        ] {
            let condition = compile(&text);
            assert!(condition.is_lowered(), "{text}");
            trees.iter().for_each(|scope| agree(&condition, &text, scope));
        }
    }
}

/// Lists with every pair of values as items, as members of items, and alone.
fn lists() -> Vec<TestScope> {
    let mut bodies: Vec<String> = VALUES[1..].iter().map(|value| format!("{{\"l\":{value}}}")).collect();
    bodies.push("{}".to_owned());
    for (v, w) in VALUES[1..].iter().flat_map(|v| VALUES[1..].iter().map(move |w| (v, w))) {
        bodies.push(format!("{{\"l\":[{v},{w}]}}"));
        bodies.push(format!("{{\"l\":[{{\"v\":{v}}},{{\"v\":{w},\"w\":{v}}},{{}}]}}"));
    }
    bodies.iter().map(|body| TestScope::new(&format!(r#"{{"message":{{"body":{body}}},"v":1}}"#))).collect()
}

#[test]
fn counts_of_lists_agree() {
    let scopes = lists();
    for list in [
        "",
        "[v = 1]",
        "[v = w]",
        "[v > 0 and $exists(w)]",
        "[$not(v = 'a') or w = 1]",
        "[v in ['a', 1]]",
        "[$.v != 1]",
    ] {
        for text in [format!("$count(message.body.l{list}) > 1"), format!("$count(message.body.l{list})")] {
            let condition = compile(&text);
            assert!(condition.is_lowered(), "{text}");
            scopes.iter().for_each(|scope| agree(&condition, &text, scope));
        }
    }
}

#[test]
fn other_filters_are_left_to_jsonata() {
    for list in [
        "l[0]",
        "l[v]",
        "l[$boolean(v)]",
        "l[true]",
        "l[v = 1][0]",
        "l[v = $$.v]",
        "l[headers.a = 1]",
        "l[$count(v) = 1]",
        "l[]",
    ] {
        let text = format!("$count(message.body.{list}) > 1");
        let condition = compile(&text);
        assert!(!condition.is_lowered(), "{text}");
        lists().iter().for_each(|scope| agree(&condition, &text, scope));
    }
    let many = format!("{{\"message\":{{\"body\":{{\"l\":[{}1]}}}}}}", "1,".repeat(2000));
    agree(&compile("$count(message.body.l) = 2001"), "$count(message.body.l) = 2001", &TestScope::new(&many));
}

fn operand() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["v", "w", "o.v", "o.w", "list.v", "message.body.w", "none", "(o.v)", "$$.v"]),
        prop::sample::select(vec!["1", "0", "'a'", "''", "true", "null", "-1.5", "'1'", "[1]", "['a', 'b']", "v & w"]),
    ]
    .prop_map(str::to_owned)
}

fn any_condition() -> impl Strategy<Value = String> {
    let operators = vec!["=", "!=", "<", "<=", ">", ">=", "in"];
    let leaf = prop_oneof![
        (operand(), prop::sample::select(operators), operand()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        operand(),
        operand().prop_map(|operand| format!("$exists({operand})")),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) and ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} or {b}")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("{a} and {b} and ({c})")),
            inner.clone().prop_map(|a| format!("$not({a})")),
            inner.prop_map(|a| format!("(({a}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn generated_conditions_agree(
        text in any_condition(),
        v in prop::sample::select(VALUES.to_vec()),
        w in prop::sample::select(VALUES.to_vec()),
        lends: bool,
    ) {
        let scope = TestScope { lends, ..tree(v, w) };
        agree(&compile(&text), &text, &scope);
    }
}

#[test]
fn conditions_of_real_documents_are_lowered() {
    let mut scope = request();
    for lends in [true, false] {
        scope.lends = lends;
        for (text, expected) in [
            ("(($httpVerb() = 'GET' and $operationPath() = '/items/{id}'))", true),
            ("(($httpVerb() = 'GET' and $operationPath() = '/basic-auth/{username}/{password}'))", false),
            ("($operationPath() = '/oauth2/authorize')", false),
            ("message.body.type = 'x'", true),
            ("$exists($urlParameter('query'))", false),
            ("$exists($urlParameter('id'))", true),
            ("$apiCtx().tokenFoundInCache = 'true'", true),
            ("$header(\"Content-Type\") = 'text/plain'", true),
            ("$header('X-A') = '1' and $header('x-a') = '1'", true),
            ("request.headers.SET = \"true\"", true),
            ("message.body.SmsStatus", true),
            ("$queryParameter('q') = 'a%20b'", true),
            ("$queryParameter('tag') = '1'", false),
            ("$queryParameter('tag') = ['1','2']", true),
            ("$exists($queryParameter('empty'))", true),
            ("$exists($queryParameter('nope'))", false),
            ("$statusCode() >= 200 and $statusCode() < 300", true),
            ("$operationID() in ['getItem', 'listItems']", true),
            ("order.headers.`X-ORDER` = '7'", true),
            ("host = 'http://h' and limits.low < 2", true),
            ("true", true),
            ("false", false),
        ] {
            let condition = compile(text);
            assert_eq!(condition.is_lowered(), !text.contains("['1','2']"), "{text}");
            assert_eq!(condition.test(&scope).unwrap(), expected, "{text}");
            assert_eq!(condition.jsonata.test(&scope).unwrap(), expected, "{text} as JSONata");
        }
    }
}

#[test]
fn other_conditions_run_as_jsonata() {
    for (text, expected) in [
        ("$storageType() != \"json\"", false),
        ("$string(message.status.code) = '200'", true),
        ("message.body.items[n=2].p = 'b'", true),
        ("$count(message.body.items) > 1", true),
        ("$contains($header('content-type'), 'plain')", true),
        ("$lowercase($httpVerb()) = 'get'", true),
        ("'$(request.headers.custom-status-code)'", true),
    ] {
        let condition = compile(text);
        assert_eq!(condition.test(&request()).unwrap(), expected, "{text}");
    }
    assert!(!compile("$storageType() != \"json\"").is_lowered());
}

#[test]
fn constants_are_known_at_load() {
    assert_eq!(compile("true").constant(), Some(true));
    assert_eq!(compile("(false)").constant(), Some(false));
    assert_eq!(compile("a").constant(), None);
}
