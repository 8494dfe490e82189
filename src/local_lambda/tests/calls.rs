//! The Invoke API: addresses, errors, headers.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use time::Duration;

use super::signer::Answer;
use super::{Bench, has};

const ECHO: &str = r#"
import os

def handler(event, context):
    print("seen", event)
    if event == "trace":
        return os.environ["_X_AMZN_TRACE_ID"]
    custom = context.client_context.custom if context.client_context else None
    return [event, context.function_version, context.invoked_function_arn, custom]
"#;
const SETTINGS: &str = "echo:\n  versions: [1, 2]\n  aliases: {prod: 2}\n";
const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:echo";

async fn echo() -> Bench {
    Bench::with(&[("echo.py", ECHO), ("functions.yaml", SETTINGS)]).await
}

fn refusal(answer: &Answer) -> (u16, String) {
    let code = answer.header("x-amzn-errortype").unwrap_or("none");
    (answer.status, code.to_owned())
}

#[tokio::test]
async fn every_form_of_address_reaches_the_function() {
    if !has("python3") {
        return;
    }
    let bench = echo().await;
    let forms = [
        ("echo", "$LATEST", ""),
        ("echo:prod", "2", ":prod"),
        ("echo:$LATEST", "$LATEST", ":$LATEST"),
        ("function:echo", "$LATEST", ""),
        ("123456789012:function:echo:1", "1", ":1"),
        (ARN, "$LATEST", ""),
        (&format!("{ARN}:prod"), "2", ":prod"),
        ("echo?Qualifier=prod", "2", ":prod"),
        ("echo?Qualifier=$LATEST", "$LATEST", ":$LATEST"),
        ("echo:prod?Qualifier=prod", "2", ":prod"),
    ];
    for (form, version, suffix) in forms {
        let answer = bench.call(form, "[1]").send().await;
        assert_eq!(answer.json(), json!([[1], version, format!("{ARN}{suffix}"), null]), "{form}");
        assert_eq!(answer.header("x-amz-executed-version"), Some(version), "{form}");
        assert_eq!(answer.header("x-amzn-requestid").map(str::len), Some(36));
        assert_eq!(answer.header("x-amz-log-result"), None);
    }
}

#[tokio::test]
async fn calls_that_name_nothing_are_refused() {
    let bench = echo().await;
    let not_found = (404, "ResourceNotFoundException");
    let wrong = [
        ("nope", not_found),
        ("echo:nope", not_found),
        ("echo?Qualifier=3", not_found),
        ("arn:aws:lambda:us-east-2:123456789012:function:echo", not_found),
        ("arn:aws:lambda:eu-west-1:999999999999:function:echo", not_found),
        ("echo:prod?Qualifier=1", (400, "InvalidParameterValueException")),
        ("ec%20ho", (400, "ValidationException")),
        ("a:b:c", (400, "ValidationException")),
        ("echo?Qualifier=", (400, "ValidationException")),
    ];
    for (form, (status, code)) in wrong {
        let answer = bench.call(form, "{}").send().await;
        assert_eq!(refusal(&answer), (status, code.to_owned()), "{form}");
    }
    let answer = bench.call("echo:nope", "{}").send().await;
    let message = format!("Function not found: {ARN}:nope");
    assert_eq!(answer.json(), json!({"Type": "User", "Message": message}));
}

#[tokio::test]
async fn callers_must_sign() {
    let bench = echo().await;
    let mut call = bench.call("echo", "{}");
    call.secret = "another secret";
    assert_eq!(refusal(&call.send().await), (403, "InvalidSignatureException".to_owned()));
    let mut call = bench.call("echo", "{}");
    call.key = "AKIDOTHER";
    assert_eq!(refusal(&call.send().await), (403, "UnrecognizedClientException".to_owned()));
    let call = bench.call("echo", "{}").with("x-amz-security-token", "none was given out");
    assert_eq!(refusal(&call.send().await), (403, "UnrecognizedClientException".to_owned()));
    for (minutes, word) in [(-6, "Signature expired"), (6, "Signature not yet current")] {
        let mut call = bench.call("echo", "{}");
        call.skew = Duration::minutes(minutes);
        let answer = call.send().await;
        assert_eq!(refusal(&answer), (403, "InvalidSignatureException".to_owned()));
        assert!(answer.text().contains(word), "{}", answer.text());
    }
}

#[tokio::test]
async fn payloads_are_checked_and_passed_on_unchanged() {
    if !has("python3") {
        return;
    }
    let bench = echo().await;
    for payload in ["null", "1", "\"ü\"", "{\"a\":[{}]}"] {
        let echoed = bench.value("echo", payload).await;
        assert_eq!(echoed[0], serde_json::from_str::<Value>(payload).expect("JSON"));
    }
    assert_eq!(bench.value("echo", "").await[0], json!({}));
    for payload in ["{", "{} {}", "nope"] {
        let answer = bench.call("echo", payload).send().await;
        assert_eq!(refusal(&answer), (400, "InvalidRequestContentException".to_owned()));
    }
    let large = format!("\"{}\"", "x".repeat(1_048_575));
    let event = bench.call("echo", &large).with("x-amz-invocation-type", "Event");
    assert_eq!(refusal(&event.send().await), (413, "RequestTooLargeException".to_owned()));
}

#[tokio::test]
async fn invocation_types() {
    if !has("python3") {
        return;
    }
    let mut bench = echo().await;
    for (kind, status) in [("DryRun", 204), ("Event", 202), ("Later", 400)] {
        let answer = bench.call("echo", "7").with("x-amz-invocation-type", kind).send().await;
        assert_eq!(answer.status, status, "{kind}");
        assert_eq!(answer.text().is_empty(), status < 300);
    }
    let seen = bench.notices.recv().await.expect("a log line");
    assert_eq!(seen.to_string(), "[echo] seen 7");
}

#[tokio::test]
async fn log_tail_client_context_and_trace() {
    if !has("python3") {
        return;
    }
    let bench = echo().await;
    let context = BASE64_STANDARD.encode("{\"custom\": {\"who\": \"Zoë\"}}\n");
    let call = bench.call("echo", "7").with("x-amz-log-type", "Tail");
    let answer = call.with("x-amz-client-context", &context).send().await;
    assert_eq!(answer.json()[3], json!({"who": "Zoë"}));
    let log = BASE64_STANDARD.decode(answer.header("x-amz-log-result").expect("a log")).expect("base64");
    let log = String::from_utf8(log).expect("text");
    let id = answer.header("x-amzn-requestid").expect("an id");
    assert!(log.starts_with(&format!("START RequestId: {id} Version: $LATEST\nseen 7\nEND")), "{log}");
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    let answer = bench.call("echo", "\"trace\"").with("x-amzn-trace-id", trace).send().await;
    assert_eq!((answer.json(), answer.header("x-amzn-trace-id")), (json!(trace), Some(trace)));
}

#[tokio::test]
async fn handlers_that_fail_are_function_errors() {
    if !has("python3") {
        return;
    }
    let source = "def handler(event, context):\n    return {1} if event else nothing\n";
    let other = "def main(event, context):\n    return 1\n";
    let bench = Bench::with(&[("bad.py", source), ("other.py", other)]).await;
    for (function, payload, kind, message) in [
        ("bad", "0", "NameError", "name 'nothing' is not defined"),
        ("bad", "1", "Runtime.MarshalError", "Unable to marshal response: Object of type set is not JSON serializable"),
        ("other", "1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'other'"),
    ] {
        let answer = bench.call(function, payload).send().await;
        assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, Some("Unhandled")));
        assert_eq!(answer.json()["errorType"], kind);
        assert_eq!(answer.json()["errorMessage"], message);
    }
}
