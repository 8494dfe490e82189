//! Tests that are made of records pass.

use serde_json::{Value, json};

use super::{Folder, assembly, failures};
use crate::runtime::Record;
use crate::test::coverage::Coverage;
use crate::test::test_of;

/// A record of `GET /example` with these steps, faults and messages.
fn record(parts: &Value) -> Record {
    let mut record = json!({
        "number": 1, "id": "r-1", "time": "2026-01-31T12:00:00Z", "client": "127.0.0.1", "method": "GET",
        "path": "/example", "query": null, "protocol": "HTTP/1.1", "api": null, "operation": null, "status": 200,
        "bytes": 0, "complete": true, "duration_ms": 1.0, "messages": [message(None, &json!({"kind": "none"}))],
        "steps": [], "faults": [], "cut": false, "answer": null,
    });
    for (name, value) in parts.as_object().unwrap() {
        record[name] = value.clone();
    }
    serde_json::from_value(record).unwrap_or_else(|error| panic!("{error}: {parts:#}"))
}

fn message(status: Option<u16>, body: &Value) -> Value {
    json!({ "status": status, "headers": [], "body": body })
}

fn step(policy: &str, calls: &Value) -> Value {
    json!({
        "policy": policy, "title": policy, "place": "", "part": "flow", "at_ms": 0.0, "duration_ms": 0.0,
        "outcome": "done", "reads": [], "writes": [], "before": 0, "after": 0, "calls": calls,
    })
}

fn fault(name: &str, step: usize) -> Value {
    json!({
        "name": name, "message": "", "status": 500, "source": "gateway", "step": step, "at_ms": 0.0, "passed": [],
        "caught_by": null,
    })
}

/// A call of `f` with its own result, and with the answer that was made of it.
fn call(result: &str, failure: Option<&str>) -> Value {
    json!({
        "target": "f in us-east-1", "at_ms": 0.0, "duration_ms": 0.0, "attempts": 1, "status": 200, "request": null,
        "failure": failure.map(|kind| json!({ "kind": kind, "cause": "" })),
        "answer": message(Some(201), &json!({"kind": "text", "text": "made"})),
        "result": { "kind": "json", "text": result },
    })
}

/// Makes a test of a record and runs it.
async fn replayed(document: &str, parts: &Value) -> (String, Vec<String>) {
    let text = test_of(&record(parts));
    let found = failures(document, &text).await;
    (text, found)
}

#[tokio::test]
async fn a_proxy_response_is_answered_as_the_function_gave_it() {
    let document = assembly("execute:\n  - lambda: { function: f, response: proxy }");
    let result = r#"{"statusCode": 201, "headers": {"content-type": "text/plain"}, "body": "costs ${price}"}"#;
    let parts = json!({
        "status": 201, "steps": [step("lambda", &json!([call(result, None)]))],
        "answer": message(Some(201), &json!({"kind": "text", "text": "costs ${price}"})),
    });
    let (text, found) = replayed(&document, &parts).await;
    assert_eq!(found, [""; 0], "{text}");
    // An answer that is none stays one.
    let bad = json!({
        "status": 502, "steps": [step("lambda", &json!([call("{\"statusCode\": \"x\"}", Some("LambdaResponseError"))]))],
        "faults": [fault("LambdaResponseError", 0)],
    });
    let (text, found) = replayed(&document, &bad).await;
    assert_eq!(found, [""; 0], "{text}");
    // The service's refusals are refusals.
    let mut throttled = call("null", Some("LambdaThrottledError"));
    throttled["result"] = Value::Null;
    throttled["answer"] = Value::Null;
    let text = test_of(&record(&json!({ "steps": [step("lambda", &json!([throttled]))] })));
    assert!(text.contains("refused: TooManyRequestsException"), "{text}");
}

#[tokio::test]
async fn a_request_has_its_own_body_and_no_fault_of_a_stage() {
    let document = assembly("execute:\n  - set-variable: { actions: [{ set: message.body, value: hello }] }");
    let hello = json!({"kind": "text", "text": "hello"});
    let parts = json!({
        "messages": [message(None, &json!({"kind": "none"})), message(None, &hello)],
        "steps": [step("", &json!([])), step("set-variable", &json!([]))],
        "faults": [fault("UnauthorizedError", 0)], "answer": message(Some(200), &hello),
    });
    let (text, found) = replayed(&document, &parts).await;
    assert_eq!(found, [""; 0], "{text}");
    assert!(text.matches("hello").count() == 1 && text.contains("fault: none"), "{text}");
}

#[test]
fn what_a_record_has_not_is_a_comment() {
    let long = r#"{"n": 12345678901234567890123, "s": "x\"1"}"#;
    let parts = json!({
        "cut": true, "messages": [message(None, &json!({"kind": "text", "text": "a", "cut": true}))],
        "answer": message(Some(200), &json!({"kind": "json", "text": long})),
    });
    let text = test_of(&record(&parts));
    assert!(text.contains("# The record was full") && text.contains("# The body of the request is longer"), "{text}");
    assert!(text.contains("12345678901234567890123") && !text.contains("e22"), "{text}");
}

#[tokio::test]
async fn stand_ins_of_the_file_write_dollars_twice_too() {
    let document = assembly("execute:\n  - invoke: { target-url: 'http://a' }");
    let tests =
        "services: { 'http://a': [{ answer: { headers: { x-a: 'b $${c}' }, body: { 'k$${b}': 'a $${b} c' } } }] }
tests: [{ name: it, requests: [{ request: { path: /example }, answer: { body: { 'k$${b}': 'a $${b} c' } } }] }]";
    assert_eq!(failures(&document, tests).await, [""; 0]);
}

#[tokio::test]
async fn expectations_that_cannot_fail_are_refused() {
    let document = assembly(
        "properties: { k: { value: hello } }\nexecute:\n  - set-variable: { title: one, actions: [{ set: a, value: $(k) }] }",
    );
    let test = |rest: &str| format!("tests:\n  - {{ name: it, {rest} }}");
    let request = |rest: &str| test(&format!("requests: [{{ request: {{ path: /example }}, {rest} }}]"));
    for (tests, expected) in [
        (request("not-ran: [typo]"), "no step is called `typo`"),
        (request("not-ran: [onne]"), "no step is called `onne`; there is `one`"),
        (request("variables: { k: other }"), "the variable `k` has another value"),
        (test("cases: [], requests: [{ request: { path: /example } }]"), "the table has no row"),
        (
            test("cases: [{ s: null }], requests: [{ request: { path: /example }, answer: { status: '${s}' } }]"),
            "`null` is no status",
        ),
        (
            test("cases: [{ s: abc }], requests: [{ request: { path: /example }, answer: { status: '${s}' } }]"),
            "`abc` is no status",
        ),
        ("openapi: 3.0.3\npaths: {}\n".to_owned(), "this is a document, and no file of tests"),
    ] {
        let found = failures(&document, &tests).await;
        assert!(found.len() == 1 && found[0].contains(expected), "{tests}\n{found:?}");
    }
    assert_eq!(failures(&document, &request("not-ran: [throw], variables: { k: hello }")).await, [""; 0]);
}

#[tokio::test]
async fn two_tests_of_one_name_are_told() {
    let one = "{ name: it, requests: [{ request: { path: /example }, answer: { body: null, body-contains: a } }] }";
    let folder = Folder::new(&assembly("execute: [{ parse: {} }]"), &format!("tests: [{one}, {one}]"));
    let outcome = folder.run(&mut Coverage::default()).await;
    let told: Vec<&str> = outcome.findings.iter().map(|finding| &*finding.message).collect();
    assert!(told.contains(&"another test is called `it` too"), "{told:?}");
    assert!(told.iter().any(|told| told.contains("`body` is the whole body")), "{told:?}");
}
