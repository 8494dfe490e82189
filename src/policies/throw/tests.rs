//! Names, statuses and what the client sees.

use serde_json::json;

use crate::test_support::{Setup, assembly, ibm_document};

fn throw(properties: &str) -> crate::test_support::Loaded {
    assembly(&format!("execute:\n  - throw: {{{properties}}}"))
}

#[tokio::test]
async fn a_name_of_ones_own_answers_500_with_the_message() {
    let answer = throw("name: OutOfStock, message: sold out").serve_cleanly().get().await;
    assert_eq!(answer.status, 500);
    let expected = json!({"httpCode": "500", "httpMessage": "Internal Server Error", "moreInformation": "sold out"});
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.fault_name(), Some("OutOfStock"));
}

#[tokio::test]
async fn known_names_bring_their_status() {
    for (name, status) in [
        ("BadRequestError", 400),
        ("UnauthorizedError", 401),
        ("ForbiddenError", 403),
        ("APIRuleError", 400),
        ("ValidateError", 422),
        ("AssemblyRateLimitError", 429),
        ("ConnectionError", 500),
        ("OperationError", 500),
        ("LambdaThrottledError", 429),
        ("LambdaTimeoutError", 504),
        ("LambdaPayloadTooLargeError", 413),
        ("LambdaFunctionError", 502),
        ("badrequesterror", 500),
    ] {
        let answer = throw(&format!("name: {name}")).serve_cleanly().get().await;
        assert_eq!((answer.status, answer.fault_name()), (status, Some(name)), "{name}");
        assert_eq!(answer.json()["httpCode"], json!(status.to_string()));
    }
}

#[tokio::test]
async fn without_a_name_it_is_the_engines_default_name() {
    assert_eq!(throw("message: x").serve_cleanly().get().await.fault_name(), Some("ThrowError"));
}

#[tokio::test]
async fn a_thrown_fault_is_caught_where_its_ancestor_is_named() {
    let text = "
execute:
  - throw: {name: LambdaTimeoutError, message: late}
catch:
  - errors: [ConnectionError]
    execute:
      - set-variable:
          actions: [{set: message.body, value: '$(error.name) $(error.status.code) $(error.message)'}]";
    assert_eq!(assembly(text).serve_cleanly().get().await.short(), (200, "LambdaTimeoutError 504 late"));
}

#[tokio::test]
async fn status_reason_name_and_message_are_templates() {
    let text = "
properties: {status: 418, name: Teapot}
execute:
  - set-variable: {actions: [{set: why, value: short and stout}]}
  - throw:
      name: $(name)
      message: $(why) $(request.parameters.id)
      error-status-code: $(status)
      error-status-reason: I am $(why)";
    let answer = assembly(text).serve_cleanly().get().await;
    let expected =
        json!({"httpCode": "418", "httpMessage": "I am short and stout", "moreInformation": "short and stout 7"});
    assert_eq!((answer.status, answer.json()), (418, expected));
    assert_eq!(answer.fault_name(), Some("Teapot"));
}

#[test]
fn a_status_that_is_none_is_refused_at_load() {
    for status in ["99", "600", "teapot", "''", "-1", "20.5"] {
        let findings = throw(&format!("error-status-code: {status}")).findings();
        let expected = "api.yaml:6:34: error G0308 `error-status-code` is not a status from 100 to 599";
        assert_eq!(findings, [expected], "{status}");
    }
    assert_eq!(throw("error-status-code: ' 418 '").findings(), [""; 0]);
}

#[tokio::test]
async fn a_status_that_becomes_none_is_a_property_error() {
    let answer = throw("name: Mine, error-status-code: '$(request.parameters.id)'").serve_cleanly().get().await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("PropertyError")));
    assert_eq!(answer.json()["moreInformation"], "`error-status-code` became `7`, which is not a status");
}

#[tokio::test]
async fn the_status_of_a_service_can_be_thrown_on() {
    let text = "
execute:
  - set-variable: {actions: [{set: message.status.code, value: 404}]}
  - throw: {name: NotThere, error-status-code: $(message.status.code)}";
    let answer = assembly(text).serve_cleanly().get().await;
    assert_eq!((answer.status, answer.json()["httpMessage"].as_str()), (404, Some("Not Found")));
}

#[test]
fn a_step_behind_a_throw_is_reported() {
    let text = "
execute:
  - throw: {name: Mine}
  - set-variable: {actions: [{set: a, value: 1}]}
catch:
  - default:
      - throw: {name: Other}
      - throw: {name: Third}";
    assert_eq!(
        assembly(text).findings(),
        [
            "api.yaml:7:7: warning G0501 this step can never run: the `throw` before it ends the flow \
             (the flow ends here: api.yaml:6:7)",
            "api.yaml:11:11: warning G0501 this step can never run: the `throw` before it ends the flow \
             (the flow ends here: api.yaml:10:11)",
        ]
    );
}

#[test]
fn unknown_properties_are_refused_with_the_nearest_name() {
    assert_eq!(
        throw("name: X, error-statuscode: 404").findings(),
        ["api.yaml:6:24: error G0303 `throw` has no property `error-statuscode`; did you mean `error-status-code`?"]
    );
    assert_eq!(throw("name: [X]").findings(), ["api.yaml:6:21: error G0304 `name` is a list, expected text"]);
}

#[tokio::test]
async fn the_v5_engine_answers_name_and_message() {
    let text = ibm_document("datapower-gateway", "execute:\n  - throw: {version: 1.0.0, name: Mine, message: no}");
    let answer = Setup::default().load(&text).serve_cleanly().get().await;
    assert_eq!((answer.status, answer.json()), (500, json!({"name": "Mine", "message": "no"})));
}
