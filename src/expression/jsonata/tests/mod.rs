//! Expressions over a request: what they read, what they answer, what is refused.

mod hostile;
mod pruning;
mod suite;

use super::*;
use crate::expression::test_scope::{TestScope, request, resolve};
use crate::value::{Xml, XmlLimits};

fn compile(text: &str) -> Result<Jsonata, ExpressionError> {
    Jsonata::compile(text, &mut resolve)
}

fn evaluate(text: &str) -> Value {
    compile(text).unwrap().evaluate(&request()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn json(text: &str) -> Value {
    Value::parse_json(text.as_bytes()).unwrap()
}

/// The references of an expression, as text.
fn reads(text: &str) -> Vec<String> {
    let compiled = compile(text).unwrap();
    let mut reads: Vec<String> = compiled.references().into_iter().map(name_of).collect();
    if compiled.reads_everything() {
        reads.push("everything".to_owned());
    }
    reads.sort();
    reads
}

fn name_of(reference: &Reference) -> String {
    let root = match &reference.root {
        Root::Named(name) => name.to_string(),
        Root::Builtin(builtin) => format!("{builtin:?}").to_lowercase(),
        Root::Slot(slot) => format!("#{slot}"),
    };
    std::iter::once(root).chain(reference.path.iter().map(ToString::to_string)).collect::<Vec<_>>().join(".")
}

#[test]
fn every_function_of_ibms_answers() {
    for (text, expected) in [
        ("$httpVerb()", r#""GET""#),
        ("$operationID()", r#""getItem""#),
        ("$operationPath()", r#""/items/{id}""#),
        ("$statusCode()", "200"),
        ("$header('Content-Type')", r#""text/plain""#),
        ("$header('none')", "null"),
        ("$header('x-' & 'A')", r#""1""#),
        ("$queryParameter('q')", r#""a%20b""#),
        ("$queryParameter('tag')", r#"["1","2"]"#),
        ("$queryParameter('empty')", r#""""#),
        ("$queryParameter('id')", "null"),
        ("$urlParameter('id')", r#""7""#),
        ("$urlParameter('none')", "null"),
        ("$urlParameter($string('i') & 'd')", r#""7""#),
        ("$storageType()", r#""json""#),
        ("$storageType('request')", r#""stream""#),
        ("$storageType(request.body)", r#""stream""#),
        ("$storageType(order)", r#""empty""#),
        ("$type(message.body)", r#""object""#),
        ("$type(request.body)", r#""stream""#),
        ("$type(order.body)", r#""empty""#),
        ("$type(message.body.type)", r#""string""#),
        ("$type(message.body) = 'object' and $type(order.body) != 'object'", "true"),
        ("$apiCtx().tokenFoundInCache", r#""true""#),
        ("$apiCtx().message.status.code", "200"),
        ("message.body.items.($httpVerb())", r#"["GET","GET"]"#),
        ("'x-a' ~> $header", r#""1""#),
        ("$map(['x-a','content-type'], $header)", r#"["1","text/plain"]"#),
        ("$eval('$httpVerb()')", r#""GET""#),
    ] {
        assert_eq!(evaluate(text), json(expected), "{text}");
    }
}

#[test]
fn names_are_variables_and_headers_have_no_case() {
    for (text, expected) in [
        ("message.body.type = 'x'", "true"),
        ("request.headers.SET = \"true\"", "true"),
        ("request.headers.`Content-Type`", r#""application/json""#),
        ("order.headers.`x-ORDER`", r#""7""#),
        ("order.body.total + 1", "13.5"),
        ("$$.order.body.total", "12.5"),
        ("message.body.items.p", r#"["a","b"]"#),
        ("message.body.items[n=2].p", r#""b""#),
        ("$sum(message.body.items.n)", "3"),
        ("host & api.properties.host", r#""http://hhttp://h""#),
        ("limits.low + $count(limits.list)", "3"),
        ("$exists(message.body.nothing)", "true"),
        ("$exists(limits.none)", "false"),
        ("$exists(message.body)", "true"),
        ("nobody.set.this", "null"),
        ("$keys(message.body)", r#"["type","SmsStatus","items","nothing"]"#),
        ("**.total", "12.5"),
        ("$count($keys($apiCtx()))", "5"),
        ("message.**.n", "[1,2]"),
        ("($b := message.body; $b.type)", r#""x""#),
        ("message.body.items^(>n)[0].p", r#""b""#),
        ("message.body.items{p: n}", r#"{"a":1,"b":2}"#),
        ("message.body.items@$i.type[$i.n=1]", r#""x""#),
        ("message.body.items.p.%.n", "[1,2]"),
        ("message.body ~> |items|{'n':0}| ~> $lookup('items')", r#"[{"n":0,"p":"a"},{"n":0,"p":"b"}]"#),
    ] {
        assert_eq!(evaluate(text), json(expected), "{text}");
    }
}

#[test]
fn only_what_is_read_is_fetched() {
    for (text, expected) in [
        ("true", &[][..]),
        ("message.body.type = 'x'", &["message.body.type"]),
        ("order.body.total > limits.low", &["order.body.total"]),
        ("$httpVerb() = 'GET' and $operationPath() = '/a'", &["api.operation.path", "request.verb"]),
        ("$header('X') = request.headers.Y", &["message.headers.X", "request.headers.Y"]),
        ("$header(a)", &["a", "message.headers"]),
        ("message.body.items[n=1].p", &["message.body.items.n", "message.body.items.p"]),
        ("message.body.items^(n).p", &["message.body.items.n", "message.body.items.p"]),
        ("$count(message.body.items)", &["message.body.items"]),
        ("message.body.$string()", &["message.body"]),
        ("message.*", &["message"]),
        ("($x := order; $x.body)", &["order"]),
        ("$apiCtx().order.id", &["order.id"]),
        ("$queryParameter('a')", &["request.querystring"]),
        ("$storageType()", &[]),
        ("$millis() > 0", &[]),
        ("`a.b`.c", &["a.b.c"]),
        ("**.x", &["everything"]),
        ("$apiCtx()", &["everything"]),
        ("$string()", &["everything"]),
        ("$keys($$)", &["everything"]),
        ("*.x", &["everything"]),
        ("$eval(order)", &["everything", "order"]),
    ] {
        let mut found = reads(text);
        if expected.last() == Some(&"everything") || expected.first() == Some(&"everything") {
            found.retain(|name| expected.contains(&name.as_str()));
        }
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn an_expression_on_a_value_reads_the_context_through_functions() {
    let compiled = Jsonata::compile_relative("a.b & $httpVerb() & $apiCtx().order.body.total", &mut resolve).unwrap();
    assert_eq!(compiled.evaluate_on(&json(r#"{"a":{"b":"x"}}"#), &request()).unwrap(), "xGET12.5".into());
    assert_eq!(compiled.references().len(), 2);
}

#[test]
fn what_cannot_work_is_refused_with_its_place() {
    for (text, at, message) in [
        ("1 + $htpVerb()", "$htpVerb", "there is no function `$htpVerb`: did you mean `$httpVerb`?"),
        ("'$qwertz' & $qwertz()", "$qwertz", "there is no function `$qwertz`"),
        (
            "$xpath($, '/a')",
            "$xpath",
            "`$xpath` takes the name of a body first, such as `$xpath(message.body, '//id')`",
        ),
        ("$xpath(message.body, '/a[]')", "]", ""),
        ("$xpath(message.body)", "$xpath", "`$xpath` is called with the wrong number of arguments"),
        ("$header()", "$header", "`$header` is called with the wrong number of arguments"),
        ("$httpVerb(1)", "$httpVerb", "`$httpVerb` is called with the wrong number of arguments"),
        ("exists(a)", "exists", "`exists` is not a function: did you mean `$exists`?"),
        ("a = context.get('x')", "get", "`get` is not a function"),
        ("$storageType(a & 'b')", "$storageType", ""),
        ("$map(a, $xpath)", "$xpath", "`$xpath` can only be called"),
        ("forbidden = 1", "forbidden", "no such luck"),
        ("a = 1)", ")", "`)` cannot stand here"),
        ("", "", "the expression ends too early"),
    ] {
        let error = compile(text).unwrap_err();
        assert_eq!(&text[error.at.clone()], at, "{text}: {error}");
        assert!(message.is_empty() || error.message == message, "{text}: {}", error.message);
    }
}

#[test]
fn likely_mistakes_are_hinted_at() {
    let hints = |text: &str| compile(text).unwrap().hints().to_vec();
    let dash = hints("request.headers.content-type = 'a'");
    assert_eq!(dash[0].message, "`-` subtracts: the header is request.headers.`content-type`, in backquotes");
    assert_eq!(dash[0].at, 16..23);
    assert_eq!(hints("'$(request.headers.custom-status-code)'").len(), 1);
    assert!(hints("message.body.a - message.body.b = 1").is_empty());
    assert!(hints("request.headers.`content-type` = 'a'").is_empty());
}

#[test]
fn names_that_an_expression_binds_are_its_own() {
    assert_eq!(evaluate("($nope := function($x) { $x + 1 }; $nope(1))"), 2.into());
    assert_eq!(evaluate("($header := function($x) { $x }; $header('own'))"), "own".into());
    assert_eq!(evaluate("(function($f) { $f(2) })(function($x) { $x * 2 })"), 4.into());
}

#[test]
fn run_time_errors_have_a_code_and_quote_no_data() {
    let error = compile("message.body.type < 1").unwrap().evaluate(&request()).unwrap_err();
    assert_eq!(error.code.as_deref(), Some("T2009"));
    assert!(!error.message.contains('x') || !error.message.contains("\"x\""));
    assert_eq!(error.at, 0..21);
    let own = compile("$error('so be it')").unwrap().evaluate(&request()).unwrap_err();
    assert_eq!((own.code.as_deref(), own.message.as_str()), (Some("D3137"), "so be it"));
}

#[test]
fn an_expression_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Jsonata>();
    shared::<crate::expression::Condition>();
}

#[test]
fn a_variable_that_holds_null_is_nobodys() {
    let scope = TestScope::new(r#"{"a":null,"b":{"c":null}}"#);
    let test = |text: &str| compile(text).unwrap().test(&scope).unwrap();
    assert!(!test("$exists(a)"));
    assert!(test("b.c = null"));
}

#[test]
fn xpath_looks_into_xml_bodies() {
    let mut scope = request();
    let text = "<o xmlns:p='u'><l n='1'>a</l><l n='2'>b</l><p:s>3</p:s></o>";
    scope.root.set(&["message", "body"], Xml::parse(text.as_bytes(), &XmlLimits::LOOSE).unwrap().into());
    scope.root.set(&["order", "body"], text.into());
    for (expression, expected) in [
        ("$xpath(message.body, '//l[2]')", Value::from("b")),
        ("$xpath(order.body, '//l[2]')", "b".into()),
        ("$xpath(message.body, '//l')", json(r#"["a","b"]"#)),
        ("$count($xpath(message.body, '//l'))", 2.into()),
        ("$xpath(message.body, 'count(//l)') + 1", 3.into()),
        ("$number($xpath(message.body, '/o/p:s'))", 3.into()),
        ("$xpath(message.body, '//l/@n = 2')", true.into()),
        ("$exists($xpath(message.body, '//none'))", false.into()),
        ("$exists($xpath(nothing.body, '//l'))", false.into()),
        ("$xpath(message.body, '//' & 'l' & '[1]')", "a".into()),
    ] {
        assert_eq!(compile(expression).unwrap().evaluate(&scope).unwrap(), expected, "{expression}");
    }
    assert_eq!(compile("$xpath(message.body, '//l')").unwrap().references().len(), 1);
    let error = compile("$xpath(message.body, '//' & '[')").unwrap().evaluate(&scope).unwrap_err();
    assert!(error.message.contains("this is not XPath 1.0"), "{error}");
    let relative = Jsonata::compile_relative("$xpath($, '//l[1]')", &mut resolve).unwrap();
    assert_eq!(relative.evaluate_on(&scope.root.below(["message", "body"]), &scope).unwrap(), "a".into());
}

#[test]
fn sizes_that_data_decides_are_found() {
    let sizes = |text: &str| compile(text).unwrap().sizes().iter().map(|it| it.message.clone()).collect::<Vec<_>>();
    for (text, expected) in [
        ("$pad('a', $number(message.body.n))", "data decides the length of a text in `$pad`"),
        ("$count([1..message.body.n])", "data decides the end of a range"),
        (
            "$map([1..3], function($i) { $pad('a', $i * $$.message.body.n) })",
            "data decides the length of a text in `$pad`",
        ),
        ("$formatNumber(1, message.body.picture)", "data decides the picture of a number in `$formatNumber`"),
        ("$eval(message.body.text)", "data decides an expression in `$eval`"),
    ] {
        assert_eq!(sizes(text), [expected], "{text}");
    }
    for text in [
        "$pad(message.body.name, 20)",
        "$pad('a', $min([message.body.n, 100]))",
        "[0..$count(message.body.items) - 1]",
        "$formatNumber(message.body.n, '0.00')",
    ] {
        assert!(sizes(text).is_empty(), "{text}");
    }
}
