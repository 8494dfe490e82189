//! Tests of options that a call carries in addition to its payload, and of data returned in addition to its response.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::refused::{check, loaded};
use super::{Bench, answering_all, lambda, reply};
use crate::test_support::{Ask, Functions, Recorded};

fn context(seen: &Recorded) -> Value {
    let decoded = BASE64_STANDARD.decode(seen.header("x-amz-client-context").unwrap()).unwrap();
    serde_json::from_slice(&decoded).unwrap()
}

#[tokio::test]
async fn the_client_context_goes_as_base64_of_json_with_values_escaped() {
    let step = r#"
execute:
  - lambda:
      function: f
      client-context: |
        {"custom": {"who": "a \"$(request.headers.x-who)\"", "id": "$(request.parameters.id)", "all": $(message.body)}}"#;
    let bench = Bench::answering(step, |_| reply(200, &[], "1"));
    bench.gateway.ask(Ask::post("/example/7", r#"{"k": [1]}"#).header("x-who", r#"b"},"admin":{"x":"1\"#)).await;
    let expected = json!({"custom": {"who": "a \"b\"},\"admin\":{\"x\":\"1\\\"", "id": "7", "all": {"k": [1]}}});
    assert_eq!(context(&bench.seen()), expected);
}

#[tokio::test]
async fn a_client_context_may_be_a_variable_that_holds_an_object_or_its_text() {
    let step = lambda("function: f, client-context: $(request.headers.x-context)");
    let bench = Bench::answering(&step, |_| reply(200, &[], "1"));
    let ask = |text: &str| Ask::get("/example/7").header("x-context", text);
    bench.gateway.ask(ask(r#" {"custom": {"a": 1}} "#)).await;
    assert_eq!(context(&bench.seen()), json!({"custom": {"a": 1}}));
    for text in ["", "[1]", "words", r#"{"a": "#, "\"{}\""] {
        let answer = bench.gateway.ask(ask(text)).await;
        assert_eq!((answer.status, answer.fault_name()), (400, Some("LambdaPayloadError")), "{text}");
    }
    // 3583 bytes of base64 are 2687 bytes of JSON.
    let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(2700));
    let answer = bench.gateway.ask(ask(&long)).await;
    assert_eq!((answer.status, answer.fault_name()), (413, Some("LambdaPayloadTooLargeError")));
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn tenant_and_durable_execution_go_as_headers_and_are_checked() {
    let step =
        lambda("function: f, tenant-id: 't:$(request.headers.x-t)', durable-execution-name: $(request.headers.x-d)");
    let bench = Bench::answering(&step, |_| reply(200, &[], "1"));
    let ask = |tenant: &str, name: &str| Ask::get("/example/7").header("x-t", tenant).header("x-d", name);
    assert_eq!(bench.gateway.ask(ask("a b/@=", "order-7_1")).await.status, 200);
    let seen = bench.seen();
    assert_eq!(seen.header("x-amz-tenant-id"), Some("t:a b/@="));
    assert_eq!(seen.header("x-amz-durable-execution-name"), Some("order-7_1"));
    for (tenant, name) in
        [("a", ""), ("a", "b c"), ("a;b", "n"), ("\u{fc}", "n"), (&*"x".repeat(255), "n"), ("a", &*"x".repeat(65))]
    {
        let answer = bench.gateway.ask(ask(tenant, name)).await;
        assert_eq!((answer.status, answer.fault_name()), (400, Some("PropertyError")), "{tenant} {name}");
    }
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn a_call_for_no_tenant_is_never_made() {
    let bench = Bench::answering(&lambda("function: f, tenant-id: $(request.headers.x-t)"), |_| reply(200, &[], "1"));
    let answer = bench.gateway.get().await;
    assert_eq!(answer.short().0, 400);
    assert!(answer.text().contains("`tenant-id` became something else than 1 to 256"), "{answer}");
    assert_eq!(bench.service.requests().len(), 0);
}

#[tokio::test]
async fn tenants_do_not_share_answers_that_are_kept() {
    let step = lambda("function: f, tenant-id: $(request.headers.x-t), cache: {time-to-live: 60, key: all}");
    let bench =
        Bench::answering(&step, |seen| reply(200, &[], &format!("\"{}\"", seen.header("x-amz-tenant-id").unwrap())));
    for (tenant, expected) in [("a", "\"a\""), ("b", "\"b\""), ("a", "\"a\"")] {
        let answer = bench.gateway.ask(Ask::get("/example/7").header("x-t", tenant)).await;
        assert_eq!(answer.text(), expected);
    }
    assert_eq!(bench.service.requests().len(), 2);
}

#[tokio::test]
async fn r25_what_the_service_says_beside_the_answer_is_in_variables_and_not_in_the_response() {
    let log = BASE64_STANDARD.encode("START\ncanary \u{fc}\n");
    let text = "
execute:
  - lambda: {function: f, log-type: tail, output: answer}
  - set-variable:
      actions:
        - {set: message.body, value: '$(answer.attributes.lambda.log)|$(answer.attributes.lambda.version)|$(answer.attributes.lambda.requestId)'}";
    let answering = move |_: &Recorded| {
        reply(200, &[("x-amz-log-result", &log), ("x-amz-executed-version", "3"), ("x-amzn-requestid", "r")], "1")
    };
    let bench = Bench::answering(text, answering.clone());
    assert_eq!(bench.gateway.get().await.text(), "START\ncanary \u{fc}\n|3|r");
    assert_eq!(bench.seen().header("x-amz-log-type"), Some("Tail"));

    let bench = Bench::answering(&lambda("function: f, log-type: tail"), answering);
    let answer = bench.gateway.get().await;
    assert_eq!(answer.short(), (200, "1"));
    assert_eq!(answer.headers.len(), 1, "{answer}");
}

#[tokio::test]
async fn the_log_of_a_function_that_failed_is_for_handlers() {
    let code = "def handler(event, context):\n    print('words of the log')\n    raise KeyError('k')\n";
    let Some(functions) = Functions::start(&[("f.py", code)]).await else { return };
    let step = lambda("function: f, log-type: tail");
    let answer = functions.setup().assembly(&step).serve_cleanly().post("1").await;
    assert!(answer.status == 502 && !answer.text().contains("words"), "{answer}");
    let text = format!("{step}{}", answering_all("$(error.log)"));
    let answer = functions.setup().assembly(&text).serve_cleanly().post("1").await;
    assert!(answer.text().contains("words of the log"), "{answer}");
}

#[test]
fn what_lambda_would_not_take_is_refused_at_load() {
    let only = |name: &str| format!("only `invocation-type: request-response` has a `{name}`; remove `{name}`");
    check(&[
        ("client-context: '[1]'", "6:32: error G0308 the client context is a JSON object, and this is something else"),
        ("client-context: '{\"a\" 1}'", "6:38: error G0401 this is not JSON: expected `:`"),
        ("client-context: '{\"a\": $(x.}'", "6:39: error G0401 `$(` has no closing `)`"),
        ("tenant-id: ''", "6:27: error G0308 `tenant-id` is 1 to 256 letters, digits, spaces and `._:/=+-@`"),
        ("tenantId: 'a;b'", "6:26: error G0308 `tenant-id` is 1 to 256 letters, digits, spaces and `._:/=+-@`"),
        (
            "durable_execution_name: 'a b'",
            "6:40: error G0308 `durable-execution-name` is 1 to 64 letters, digits, `-` and `_`",
        ),
        ("log-type: Tail", "6:26: error G0304 `log-type` is `Tail`, expected `none` or `tail`; did you mean `tail`?"),
        ("log-type: tail, invocation-type: event", &format!("6:26: error G0308 {}", only("log-type"))),
        ("client-context: '{}', invocation-type: dry-run", &format!("6:32: error G0308 {}", only("client-context"))),
    ]);
    assert_eq!(
        loaded("function: f, tenant-id: t, durable-execution-name: n, invocation-type: event").findings(),
        [""; 0]
    );
}
