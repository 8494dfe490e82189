mod cases;
mod parameters;
mod table;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use super::*;
use crate::base::Generation;
use crate::expression::{Builtin, Condition, Jsonata, Reference, Resolved, Root, Scope, Storage, parse_path};
use crate::runtime::{ApiInfo, Context, ContextLimits, OperationInfo, Pipeline, Request, Symbols};
use crate::test_support;
use crate::value::{Body, Value};

fn context() -> Context {
    context_of(Generation::V10)
}

fn context_of(generation: Generation) -> Context {
    let mut symbols = Symbols::default();
    symbols.intern("order");
    let pipeline = Pipeline { symbols, generation, ..Pipeline::default() };
    let api = ApiInfo {
        name: "a".into(),
        title: "A".into(),
        version: "1".into(),
        base_path: "/v1".into(),
        properties: Value::object([("p", 1.into())]),
        ..ApiInfo::default()
    };
    let operation = OperationInfo {
        id: Some("get".into()),
        path: "/items/{id}".into(),
        full_path: "/v1/items/{id}".into(),
        ..OperationInfo::default()
    };
    let mut headers = HeaderMap::new();
    for (name, value) in [("content-type", "text/plain"), ("x-twice", "1"), ("x-twice", "2")] {
        headers.append(name, value.parse().unwrap());
    }
    let request = Request { headers: headers.into(), ..test_support::request("/v1/items/7?q=a%20b") };
    let second = Duration::from_secs(1);
    let limits = ContextLimits { request: second, handlers: second, body_bytes: 1000 };
    Context::new(pipeline.into(), api.into(), operation.into(), request, Body::from_bytes("{\"x\":1}"), limits)
}

fn variable(name: &str) -> Reference {
    parse_path(name).unwrap()
}

#[test]
fn what_is_lent_is_what_is_got() {
    let cx = context();
    for name in [
        "request.verb",
        "request.path",
        "request.querystring",
        "request.headers.Content-Type",
        "message.headers.content-type",
        "api.operation.id",
        "api.operation.path",
    ] {
        assert_eq!(cx.borrowed(&variable(name)).map(Value::from), Some(cx.get(&variable(name))), "{name}");
    }
    for name in ["request.headers.x-twice", "request.headers.none", "message.status.code", "order", "api.name"] {
        assert_eq!(cx.borrowed(&variable(name)), None, "{name}");
    }
}

#[test]
fn roots_are_what_is_set_and_wholes_hold_their_parts() {
    let mut cx = context();
    assert!(cx.roots().is_empty());
    cx.set(&variable("order.id"), 7.into()).unwrap();
    cx.set(&variable("late"), 8.into()).unwrap();
    assert_eq!(cx.roots(), [Arc::from("order"), Arc::from("late")]);
    for (whole, part) in [
        ("request", "verb"),
        ("request", "parameters"),
        ("api", "operation"),
        ("api.operation", "path"),
        ("session", "clientAddress"),
        ("message", "body"),
    ] {
        let got = cx.get(&variable(whole));
        assert_eq!(got.get(part), Some(cx.get(&variable(&format!("{whole}.{part}"))).view()), "{whole}.{part}");
    }
    assert!(cx.get(&variable("system")).get("timezone").is_some());
}

#[test]
fn storage_is_what_datapower_would_say() {
    let mut cx = context();
    let storage = |cx: &Context, name: &str| cx.storage(&variable(name).root);
    assert_eq!(storage(&cx, "message"), Storage::Binary);
    assert_eq!(storage(&cx, "request"), Storage::Empty);
    assert_eq!(storage(&cx, "order"), Storage::Empty);
    cx.set(&variable("message.body"), Value::object([("a", 1.into())])).unwrap();
    cx.set(&variable("order.body"), "text".into()).unwrap();
    assert_eq!(storage(&cx, "message"), Storage::Json);
    assert_eq!(storage(&cx, "order"), Storage::Binary);
    cx.state.outgoing.message.body = Body::Gone;
    assert_eq!(storage(&cx, "message"), Storage::Stream);
}

#[test]
fn expressions_read_a_request() {
    let mut cx = context();
    // A number that no clock shows: `**` sees those too.
    cx.set(&variable("order.body.total"), 123_456.into()).unwrap();
    let resolve = |name: &str| parse_path(name).map(Resolved::Variable);
    let test = |text: &str| Condition::compile(text, &mut { resolve }).unwrap().test(&cx).unwrap();
    for text in [
        "$httpVerb() = 'GET' and $operationPath() = '/items/{id}' and $operationID() = 'get'",
        "$header('CONTENT-TYPE') = 'text/plain'",
        "$header('x-twice') = '1, 2'",
        "$urlParameter('id') = '7' and $urlParameter('q') = 'a%20b' and $queryParameter('q') = 'a%20b'",
        "$not($exists($queryParameter('id'))) and $not($exists($statusCode()))",
        "message.body.x = 1 and order.body.total > 11",
        "$storageType() = 'binary'",
        "$apiCtx().api.properties.p = 1",
        "$count(**[$ = 123456]) = 1",
        "api.properties.*= 1",
    ] {
        assert!(test(text), "{text}");
    }
    let value = Jsonata::compile("$apiCtx()", &mut { resolve }).unwrap().evaluate(&cx).unwrap();
    assert_eq!(value.at(["request", "parameters", "id"]), Some(Value::from("7").view()));
}
