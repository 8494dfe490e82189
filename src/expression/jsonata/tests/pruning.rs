//! Reading only some paths changes no answer: over the paths, over the tree as a value and in the library alone the same
//! expression says the same.

use proptest::prelude::*;

use super::*;

fn agree(text: &str, scope: &TestScope) {
    let code = |error: ExpressionError| error.code;
    let over_scope = compile(text).unwrap().evaluate(scope).map_err(code);
    let relative = Jsonata::compile_relative(text, &mut resolve).unwrap();
    assert_eq!(over_scope, relative.evaluate_on(&scope.root, scope).map_err(code), "{text} on a value");
    let whole = values::to_jvalue(scope.root.view(), None, Level::Other);
    let plain = Evaluator::new().evaluate(&parser::parse(text).unwrap(), &whole);
    let plain = plain.map(|result| values::to_value(&result, &|_| None).unwrap());
    assert_eq!(over_scope, plain.map_err(|error| error.code().map(Into::into)), "{text} alone");
}

#[test]
fn what_is_left_out_changes_nothing() {
    let scope = request();
    for text in [
        "message.body.items[n=2].p",
        "message.body.items^(>n).p",
        "message.body.items[0]",
        "message.body.items.p[1]",
        "message.body.items{p: n}",
        "message.body.items.(n & p)",
        "message.body.items@$i.type[$i.n=1]",
        "message.body.items.($httpVerb; 1)",
        "message.body.items.(1)",
        "message.body.items{'a': 1}",
        "message.body.items.$$.order.body.total",
        "message.body.items#$i[$i=1].p",
        "message.body.items.p.%.n",
        "message.body.items[p='a'][0].n",
        "(message.body; order).body.total",
        "message.body.items.$.n",
        "message.body.(items; type)",
        "[message.body.items.n, order.body]",
        "message.body.items.{'a': $.p, 'b': $$.order.body.total}",
        "$map(message.body.items, function($v) { $v.p & $$.message.body.type })",
        "message.body.items ~> $filter(function($v) { $v.n > 1 })",
        "message.body.items.$lookup('p')",
        "$lookup(message.body, 'type')",
        "message.body.nothing ? 1 : order.body.total",
        "message.body.type ?: order",
        "message.body.items[$exists(p)].n",
        "message.headers.*",
        "message.body.items.n in [1]",
        "$single(message.body.items, function($v){$v.n=1}).p",
        "message.body.items[n=$$.message.body.items[p='b'].n]",
    ] {
        agree(text, &scope);
    }
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "d"])
}

/// Expressions that walk, filter, sort, group, map, bind and call.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => name().prop_map(str::to_owned),
        1 => prop::sample::select(vec!["$", "$$", "1", "'x'", "*", "$$.a", "$.b", "**.c", "true"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            6 => (inner.clone(), name()).prop_map(|(a, b)| format!("{a}.{b}")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}.({b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b} = 1]")),
            1 => (inner.clone(), name()).prop_map(|(a, b)| format!("{a}^({b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}){{'k': {b}}}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}.{{'k': {b}}}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}; {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} = {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ? {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("($v := {a}; {b}.$v)")),
            1 => (name(), name()).prop_map(|(a, b)| format!("{a}@$f.{b}.($f)")),
            1 => (inner.clone(), name()).prop_map(|(a, b)| format!("{a}.{b}.%.c")),
            1 => inner.clone().prop_map(|a| format!("$count({a})")),
            1 => inner.clone().prop_map(|a| format!("{a}.$keys()")),
            1 => inner.clone().prop_map(|a| format!("{a}.$string()")),
            1 => inner.clone().prop_map(|a| format!("{a}[]")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("$map({a}, function($i) {{ $i.{b} }})")),
        ]
    })
}

/// Trees of few names, so that paths meet something.
fn data() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["1", "2", "\"x\"", "true", "null", "[]", "{}"]).prop_map(str::to_owned);
    let value = leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((name(), inner), 0..4).prop_map(object),
        ]
    });
    // A variable that holds null is not there, which is a difference of its own.
    let some = value.prop_filter("null", |value| value != "null");
    prop::collection::vec((name(), some), 0..5).prop_map(object)
}

fn object(members: Vec<(&str, String)>) -> String {
    let members: Vec<String> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn generated_expressions_agree(text in expression(), data in data()) {
        // Not everything that is put together parses: `%` may have no parent.
        prop_assume!(parser::parse(&text).is_ok());
        agree(&text, &TestScope::new(&data));
    }
}
