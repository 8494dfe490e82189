//! Tests of the handling of a response: its status, variables, and the end of the flow.

use serde_json::json;

use super::refused::{check, loaded, setup};
use super::{Bench, answering_all, lambda, reply};
use crate::test_support::{Functions, Recorded, Reply};

/// A service whose function fails this way.
fn failing(kind: &'static str, payload: &'static str) -> impl Fn(&Recorded) -> Reply + Send + Sync + 'static {
    move |_| reply(200, &[("x-amz-function-error", kind)], payload)
}

const TIMED_OUT: &str = r#"{"errorMessage": "2026-01-01T00:00:00.000Z id Task timed out after 3.00 seconds"}"#;

#[tokio::test]
async fn x1_x2_x3_each_way_to_fail_has_its_status() {
    for (property, expected) in [
        ("", [502, 502, 504]),
        (", function-error-status: 418", [418, 418, 418]),
        (", function-error-status: {handled: 400}", [400, 502, 504]),
        (", functionErrorStatus: {handled: 422, unhandled: 500, time-out: 503}", [422, 500, 503]),
        (", function-error-status: '599'", [599, 599, 599]),
    ] {
        let statuses = [("Handled", "{}"), ("Unhandled", r#"{"errorType": "canary"}"#), ("Unhandled", TIMED_OUT)];
        for ((kind, payload), expected) in statuses.into_iter().zip(expected) {
            let bench = Bench::answering(&lambda(&format!("function: f{property}")), failing(kind, payload));
            let answer = bench.gateway.post("{}").await;
            assert_eq!(
                (answer.status, answer.fault_name()),
                (expected, Some("LambdaFunctionError")),
                "{property} {kind}"
            );
            assert!(!answer.text().contains("canary"));
        }
    }
}

#[tokio::test]
async fn x4_a_queued_event_has_no_outcome() {
    let text = lambda("function: f, invocation-type: event, function-error-status: 400");
    let bench = Bench::answering(&text, |_| reply(202, &[("x-amz-function-error", "Unhandled")], ""));
    assert_eq!(bench.gateway.post("{}").await.short(), (202, ""));
}

#[tokio::test]
async fn a_fault_that_does_not_stop_leaves_its_facts_in_output() {
    let text = "
execute:
  - lambda: {function: f, output: answer, stop-on-error: [], function-error-status: {unhandled: 500}}
  - set-variable:
      actions:
        - set: message.body
          value: $(answer.status.code) $(answer.body.errorType) $(answer.attributes.lambda.fault) $(answer.attributes.lambda.version)";
    let bench = Bench::answering(text, |_| {
        reply(200, &[("x-amz-function-error", "Unhandled"), ("x-amz-executed-version", "9")], r#"{"errorType": "E"}"#)
    });
    assert_eq!(bench.gateway.get().await.text(), "500 E LambdaFunctionError 9");
}

#[tokio::test]
async fn variables_are_taken_out_of_the_answer() {
    let text = "
execute:
  - lambda:
      function: f
      payload: api-gateway-v2
      response: proxy
      output: answer
      variables:
        - {name: total, value: $sum(body.items.price)}
        - {name: order.first, value: 'body.items[0].name & \" \" & headers.\"x-a\" & \" \" & status.code'}
        - {name: message.headers.x-names, value: '$join(body.items.name, \",\")'}
        - {name: all, value: body.items}
        - {name: none, value: body.missing}
        - {name: version, value: attributes.lambda.version}
  - set-variable:
      actions: [{set: message.body, value: '$(total)|$(order.first)|$(all)|$(none)|$(version)'}]";
    let payload = r#"{"statusCode": 201, "headers": {"x-a": "h", "content-type": "application/json"},
        "body": "{\"items\": [{\"name\": \"a\", \"price\": 1.5}, {\"name\": \"b\", \"price\": 2}]}"}"#;
    let bench = Bench::answering(text, move |_| reply(200, &[("x-amz-executed-version", "9")], payload));
    let answer = bench.gateway.get().await;
    let items = r#"[{"name":"a","price":1.5},{"name":"b","price":2}]"#;
    assert_eq!(answer.text(), format!("3.5|a h 201|{items}||9"));
    assert_eq!(answer.header("x-names"), Some("a,b"));
}

#[tokio::test]
async fn variables_keep_the_text_of_numbers_that_they_only_pass_on() {
    let text = "
execute:
  - lambda:
      function: f
      output: answer
      variables:
        - {name: id, value: body.id}
        - {name: price, value: body.price}
        - {name: first, value: 'body.items[0].n'}
        - {name: made, value: '{\"id\": body.id, \"all\": body.items.n}'}
        - {name: part, value: 'body.items[0]'}
        - {name: next, value: body.price + 1}
  - set-variable:
      actions: [{set: message.body, value: '$(id)|$(price)|$(first)|$(made)|$(part)|$(next)'}]";
    let payload =
        r#"{"id": 9007199254740993, "price": 10.00, "items": [{"n": 1e400}, {"n": 123456789012345678901234567890}]}"#;
    let bench = Bench::answering(text, move |_| reply(200, &[], payload));
    let made = r#"{"id":9007199254740993,"all":[1e400,123456789012345678901234567890]}"#;
    assert_eq!(bench.gateway.get().await.text(), format!(r#"9007199254740993|10.00|1e400|{made}|{{"n":1e400}}|11"#));
}

#[tokio::test]
async fn variables_are_set_on_the_new_message_and_also_from_an_answer_that_was_kept() {
    let text = lambda(
        "function: f, cache: {time-to-live: 60}, \
         variables: [{name: message.headers.x-n, value: body.n}, {name: message.status.code, value: '201'}]",
    );
    let bench = Bench::answering(&text, |_| reply(200, &[], r#"{"n": 5}"#));
    for _ in 0..2 {
        let answer = bench.gateway.post("{}").await;
        assert_eq!((answer.short(), answer.header("x-n")), ((201, r#"{"n": 5}"#), Some("5")));
    }
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn x12_a_value_that_cannot_be_taken_is_a_fault_of_the_assembly() {
    for more in ["", ", stop-on-error: []"] {
        let step = lambda(&format!("function: f, variables: [{{name: n, value: '$number(body.n)'}}]{more}"));
        let bench = Bench::answering(&step, |_| reply(200, &[], r#"{"n": "canary"}"#));
        let answer = bench.gateway.get().await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("RuntimeError")));
        assert!(answer.text().contains("the variable `n` cannot be taken from the answer"), "{answer}");
        assert!(!answer.text().contains("canary"), "{answer}");
        let bench =
            Bench::answering(&format!("{step}{}", answering_all("$(error.name)")), |_| reply(200, &[], r#"{"n": {}}"#));
        assert_eq!(bench.gateway.get().await.short(), (200, "RuntimeError"));
    }
    let status = lambda("function: f, variables: [{name: message.status.code, value: body}]");
    let answer = Bench::answering(&status, |_| reply(200, &[], "99")).gateway.get().await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("PropertyError")));
}

#[tokio::test]
async fn variables_are_not_set_where_the_call_failed() {
    let text = "
execute:
  - set-variable: {actions: [{set: n, value: before}]}
  - lambda: {function: f, output: answer, stop-on-error: [], variables: [{name: n, value: body.n}]}
  - set-variable: {actions: [{set: message.body, value: $(n)}]}";
    let bench = Bench::answering(text, failing("Handled", r#"{"n": "error"}"#));
    assert_eq!(bench.gateway.get().await.text(), "before");
}

#[test]
fn variables_are_checked_at_load() {
    check(&[
        (
            "variables: [{name: request.x, value: body}]",
            "6:35: error G0403 `request.x` cannot be set; set a variable of your own, or one below `message`",
        ),
        (
            "variables: [{name: x, value: 'body.'}]",
            "6:51: error G0404 the expression cannot be read: the expression ends too early (S0207)",
        ),
        ("variables: [{name: x}]", "6:29: error G0305 `variables[0]` needs the property `value`"),
        ("variables: {x: body}", "6:27: error G0304 `variables` is a map, expected a list"),
    ]);
    // Variables that they set count as set.
    let text = "
execute:
  - lambda: {function: f, variables: [{name: total, value: body.total}]}
  - set-variable: {actions: [{set: message.body, value: $(total)}]}";
    assert_eq!(setup().assembly(text).findings(), [""; 0]);
}

const FINALLY: &str = "
finally:
  - set-variable: {actions: [{set: message.headers.x-finally, value: '$(message.status.code)'}]}";

#[tokio::test]
async fn respond_ends_the_flow_and_finally_still_runs() {
    let text = format!(
        "
execute:
  - switch:
      case:
        - condition: $httpVerb() = 'GET'
          execute:
            - lambda: {{function: f, respond: true}}
  - set-variable: {{actions: [{{set: message.body, value: went on}}]}}{FINALLY}"
    );
    let bench = Bench::answering(&text, |_| reply(200, &[], "1"));
    let answer = bench.gateway.get().await;
    assert_eq!((answer.short(), answer.header("x-finally")), ((200, "1"), Some("200")));
    let answer = bench.gateway.post("{}").await;
    assert_eq!(answer.text(), "went on");
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn respond_ends_a_handler_too_and_a_fault_that_does_not_stop_goes_on() {
    let handler = "
execute:
  - throw: {name: Mine}
catch:
  - errors: [Mine]
    execute:
      - lambda: {function: f, respond: true}
      - set-variable: {actions: [{set: message.body, value: went on}]}";
    let service = crate::test_support::TestServer::start(|_| reply(200, &[], "2"));
    let gateway = crate::test_support::Setup::with_lambda_at(service.url("")).assembly(handler).serve();
    assert_eq!(gateway.get().await.short(), (200, "2"));

    let partly = "
execute:
  - lambda: {function: f, respond: true, stop-on-error: [ConnectionError]}
  - set-variable: {actions: [{set: message.body, value: went on}]}";
    let bench = Bench::answering(partly, failing("Handled", "{}"));
    assert_eq!(bench.gateway.get().await.short(), (502, "went on"));
}

#[test]
fn steps_behind_a_respond_are_reported() {
    let after = "\n  - set-variable: {actions: [{set: a, value: 1}]}";
    let warning = "api.yaml:7:7: warning G0501 this step can never run: the `lambda` before it ends the flow \
                   (the flow ends here: api.yaml:6:7)";
    let findings = |properties: &str| setup().assembly(&format!("{}{after}", lambda(properties))).findings();
    assert_eq!(findings("function: f, respond: true"), [warning]);
    assert_eq!(findings("function: f, respond: true, stop-on-error: [ConnectionError]"), [""; 0]);
    assert_eq!(findings("function: f, respond: false"), [""; 0]);
    assert_eq!(
        loaded("function: f, output: answer, respond: true").findings(),
        ["api.yaml:6:54: error G0308 `respond` sends `message`, and the answer goes into another variable; \
          remove `output`, or `respond`"]
    );
}

#[test]
fn statuses_are_checked_at_load() {
    check(&[
        ("function-error-status: 99", "6:39: error G0304 `function-error-status` is `99`, expected at least 200"),
        ("function-error-status: 600", "6:39: error G0304 `function-error-status` is `600`, expected at most 599"),
        (
            "function-error-status: bad",
            "6:39: error G0304 `function-error-status` is text, expected a whole number or a map",
        ),
        ("function-error-status: {handled: 1}", "6:49: error G0304 `handled` is `1`, expected at least 200"),
        (
            "function-error-status: {timeout: 504}",
            "6:40: error G0303 `function-error-status` has no property `timeout`; did you mean `time-out`?",
        ),
    ]);
}

#[tokio::test]
async fn strict_chooses_the_rules_of_rest_apis() {
    for (payload, lenient, refused) in [
        (r#"{"statusCode": 200, "extra": 1}"#, true, true),
        (r#"{"statusCode": 200, "body": {"a": 1}}"#, true, true),
        (r#"{"statusCode": 200, "body": "b", "isBase64Encoded": "false"}"#, true, true),
        (r#"{"statusCode": 200, "multiValueHeaders": {"x": "1"}}"#, true, true),
        (r#"{"body": "b"}"#, true, false),
        ("{}", true, false),
        ("[1]", false, true),
        (r#"{"statusCode": "x"}"#, false, true),
    ] {
        for strict in [false, true] {
            let step = lambda(&format!("function: f, payload: api-gateway-v1, response: proxy, strict: {strict}"));
            let answer = Bench::answering(&step, move |_| reply(200, &[], payload)).gateway.get().await;
            let expected = if (lenient && !strict) || (strict && !refused) { 200 } else { 502 };
            assert_eq!(answer.status, expected, "{payload} {strict}");
        }
    }
}

#[tokio::test]
async fn a_real_function_answers_through_all_of_it() {
    let code = "def handler(event, context):\n    return {'items': [1, 2, 3], 'tenant': context.client_context.custom['tenant']}\n";
    let Some(functions) = Functions::start(&[("f.py", code)]).await else { return };
    let text = r#"
execute:
  - lambda:
      function: f
      payload: template
      payload-template: '{"id": "$(request.parameters.id)"}'
      client-context: '{"custom": {"tenant": "t-$(request.parameters.id)"}}'
      variables: [{name: message.headers.x-sum, value: $sum(body.items)}]
      respond: true"#;
    let answer = functions.setup().assembly(text).serve_cleanly().get().await;
    assert_eq!((answer.json(), answer.header("x-sum")), (json!({"items": [1, 2, 3], "tenant": "t-7"}), Some("6")));
}
