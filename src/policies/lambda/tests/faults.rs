//! Every way to fail, under the name that authors catch, with its status and its facts.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Bench, answering_all, lambda, reply};
use crate::test_support::{Functions, Recorded, Reply, Setup, closed_port};

const RAISES: &str = "
import os, time

def handler(event, context):
    with open(os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'count'), 'a') as file:
        file.write('x')
    if event == 'raise':
        raise KeyError('canary of the function')
    if event == 'exit':
        os._exit(3)
    if event == 'sleep':
        time.sleep(30)
    return event
";

async fn functions() -> Option<Functions> {
    Functions::start(&[("f.py", RAISES), ("functions.yaml", "f:\n  timeout: 1\n")]).await
}

#[tokio::test]
async fn a_function_that_raises_is_502_and_what_it_said_stays_inside() {
    let Some(functions) = functions().await else { return };
    let answer = functions.setup().assembly(&lambda("title: ask, function: f")).serve_cleanly().post("\"raise\"").await;
    assert_eq!((answer.status, answer.fault_name()), (502, Some("LambdaFunctionError")));
    let expected = json!({
        "httpCode": "502", "httpMessage": "Bad Gateway", "moreInformation": "the function failed",
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.failed_step.as_ref().map(|step| (&*step.title, &*step.policy)), Some(("ask", "lambda")));
}

#[tokio::test]
async fn a_handler_reads_what_the_function_said() {
    let Some(functions) = functions().await else { return };
    let fields = "$(error.name)|$(error.status.code)|$(error.errorType)|$(error.errorMessage)|$(error.policyTitle)|$(error.payload.errorType)";
    let text = format!("{}{}", lambda("title: ask, function: f"), answering_all(fields));
    let answer = functions.setup().assembly(&text).serve_cleanly().post("\"raise\"").await;
    let expected = "LambdaFunctionError|502|KeyError|'canary of the function'|ask|KeyError";
    assert_eq!(answer.short(), (200, expected));
}

#[tokio::test]
async fn a_process_that_ends_is_502_and_the_functions_own_time_out_504() {
    let Some(functions) = functions().await else { return };
    let gateway = functions.setup().assembly(&lambda("function: f")).serve_cleanly();
    let exited = gateway.post("\"exit\"").await;
    assert_eq!((exited.status, exited.fault_name()), (502, Some("LambdaFunctionError")));
    let late = gateway.post("\"sleep\"").await;
    assert_eq!((late.status, late.fault_name()), (504, Some("LambdaFunctionError")));
    assert_eq!(late.json()["moreInformation"], "the function ran out of its time");
    // The next call finds a new process.
    assert_eq!(gateway.post("1").await.short(), (200, "1"));
}

#[tokio::test]
async fn our_time_out_is_504_and_the_function_ran_once() {
    let bench = Bench::answering(&lambda("function: f, timeout: 300ms"), |_| Reply::Hang);
    let started = Instant::now();
    let answer = bench.gateway.post("{}").await;
    assert_eq!((answer.status, answer.fault_name()), (504, Some("LambdaTimeoutError")));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn the_deadline_of_the_request_is_the_last_word() {
    let service = crate::test_support::TestServer::start(|_| Reply::Hang);
    let setup = Setup::with_lambda_at(service.url(""))
        .settings(|settings| settings.requests.timeout = crate::value::Seconds(Duration::from_millis(300)));
    let text = format!("{}{}", lambda("function: f, timeout: 20s"), answering_all("$(error.name)"));
    let started = Instant::now();
    let answer = setup.assembly(&text).serve_cleanly().post("{}").await;
    assert_eq!(answer.short(), (200, "LambdaTimeoutError"));
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_throttled_call_is_429_with_retry_after_and_its_reason() {
    let throttled = |_: &_| {
        let body = r#"{"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "message": "Rate Exceeded."}"#;
        reply(429, &[("x-amzn-errortype", "TooManyRequestsException"), ("retry-after", "7")], body)
    };
    let bench = Bench::answering(&lambda("function: f"), throttled);
    let answer = bench.gateway.post("{}").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("7")));
    assert_eq!(answer.fault_name(), Some("LambdaThrottledError"));
    assert_eq!(bench.service.requests().len(), 1, "a call is never repeated");

    let text = format!("{}{}", lambda("function: f"), answering_all("$(error.throttleReason) $(error.code)"));
    let answer = Bench::answering(&text, throttled).gateway.post("{}").await;
    assert_eq!(answer.text(), "ReservedFunctionConcurrentInvocationLimitExceeded TooManyRequestsException");

    let bench = Bench::answering(&lambda("function: f, stop-on-error: []"), throttled);
    let answer = bench.gateway.post("{}").await;
    assert_eq!((answer.short(), answer.header("retry-after")), ((429, ""), Some("7")));
}

#[tokio::test]
async fn an_answer_over_the_limit_of_lambda_is_told_as_that() {
    let bench = Bench::answering(&lambda("function: f"), |_| {
        let document =
            r#"{"errorType": "Function.ResponseSizeTooLarge", "errorMessage": "Response payload size exceeded."}"#;
        reply(200, &[("x-amz-function-error", "Unhandled")], document)
    });
    let answer = bench.gateway.post("{}").await;
    assert_eq!(answer.status, 502);
    assert_eq!(
        answer.json()["moreInformation"],
        "the answer of the function is larger than the 6 MB that Lambda takes"
    );
}

#[tokio::test]
async fn a_payload_too_large_is_413_before_any_call() {
    for (kind, limit) in [("event", 1_048_576), ("request-response", 6_291_556)] {
        let text = lambda(&format!("function: f, invocation-type: {kind}"));
        let service = crate::test_support::TestServer::start(|_| reply(202, &[], ""));
        let setup =
            Setup::with_lambda_at(service.url("")).settings(|settings| settings.requests.body_bytes = 16 * 1024 * 1024);
        let gateway = setup.assembly(&text).serve_cleanly();
        let answer = gateway.post(&"x".repeat(limit + 1)).await;
        assert_eq!((answer.status, answer.fault_name()), (413, Some("LambdaPayloadTooLargeError")), "{kind}");
        assert_eq!(service.requests().len(), 0);
    }
}

#[tokio::test]
async fn errors_of_the_service_have_their_names() {
    for (status, code, expected, name) in [
        (404, "ResourceNotFoundException", 502, "LambdaServiceError"),
        (403, "AccessDeniedException", 502, "LambdaServiceError"),
        (400, "InvalidRequestContentException", 400, "LambdaPayloadError"),
        (400, "InvalidParameterValueException", 502, "LambdaServiceError"),
        (413, "RequestTooLargeException", 413, "LambdaPayloadTooLargeError"),
        (429, "TooManyRequestsException", 429, "LambdaThrottledError"),
        (500, "ServiceException", 503, "LambdaServiceError"),
        (502, "EC2ThrottledException", 503, "LambdaServiceError"),
        (502, "KMSDisabledException", 502, "LambdaServiceError"),
        (409, "ResourceNotReadyException", 503, "LambdaServiceError"),
        (503, "", 502, "LambdaServiceError"),
        (301, "", 502, "LambdaServiceError"),
    ] {
        let bench = Bench::answering(&lambda("function: f"), move |_| {
            reply(status, &[("x-amzn-errortype", code)], r#"{"message": "canary of AWS"}"#)
        });
        let answer = bench.gateway.post("{}").await;
        assert_eq!((answer.status, answer.fault_name()), (expected, Some(name)), "{status} {code}");
        assert!(!answer.text().contains("canary"), "{answer}");
        let text = format!(
            "{}{}",
            lambda("function: f"),
            answering_all("$(error.code) $(error.serviceStatus) $(error.serviceMessage)")
        );
        let bench = Bench::answering(&text, move |_| {
            reply(status, &[("x-amzn-errortype", code)], r#"{"message": "words of AWS"}"#)
        });
        assert_eq!(bench.gateway.post("{}").await.text(), format!("{code} {status} words of AWS"));
    }
}

#[tokio::test]
async fn c14_a_clock_that_is_wrong_is_told_to_handlers_and_not_to_clients() {
    let refused = |_: &Recorded| {
        let words = r#"{"message": "Signature expired: 20261121T150000Z is now earlier than 20261121T151000Z"}"#;
        reply(403, &[("x-amzn-errortype", "InvalidSignatureException")], words)
    };
    let answer = Bench::answering(&lambda("function: f"), refused).gateway.post("{}").await;
    assert_eq!((answer.status, answer.fault_name()), (502, Some("LambdaServiceError")));
    assert!(!answer.text().contains("Signature"), "{answer}");
    let text = format!("{}{}", lambda("function: f"), answering_all("$(error.code): $(error.serviceMessage)"));
    let answer = Bench::answering(&text, refused).gateway.post("{}").await;
    assert!(answer.text().starts_with("InvalidSignatureException: Signature expired: "), "{answer}");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_502_under_connection_error() {
    let setup = Setup::with_lambda_at(format!("http://{}", closed_port()));
    let answer = setup.assembly(&lambda("function: f")).serve_cleanly().post("{}").await;
    assert_eq!((answer.status, answer.fault_name()), (502, Some("ConnectionError")));
    assert_eq!(answer.json()["moreInformation"], "could not connect to the Lambda service");
    let bench = Bench::answering(&lambda("function: f"), |_| Reply::Close);
    assert_eq!(bench.gateway.post("{}").await.fault_name(), Some("ConnectionError"));
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn the_embedded_service_refuses_what_lambda_refuses() {
    let Some(functions) = functions().await else { return };
    let gateway = functions.setup().assembly(&lambda("function: f")).serve_cleanly();
    let not_json = gateway.post("not json").await;
    assert_eq!((not_json.status, not_json.fault_name()), (400, Some("LambdaPayloadError")));
    assert_eq!(functions.file("count"), None, "nothing ran");
    let unknown = functions.setup().assembly(&lambda("function: nowhere")).serve_cleanly().post("{}").await;
    assert_eq!((unknown.status, unknown.fault_name()), (502, Some("LambdaServiceError")));
    let wrong = functions.setup_with_wrong_keys().assembly(&lambda("function: f")).serve_cleanly().post("{}").await;
    assert_eq!((wrong.status, wrong.fault_name()), (502, Some("LambdaServiceError")));
}

#[tokio::test]
async fn credentials_that_cannot_be_had_are_500_without_a_secret() {
    let service = crate::test_support::TestServer::start(|_| reply(200, &[], "{}"));
    let setup = Setup::with_lambda_at(service.url("")).env("S", "secret-canary").settings(|settings| {
        settings.aws.sts_endpoint = Some(format!("http://{}", closed_port()));
    });
    let step = "function: f, aws-assume-role-arn: 'arn:aws:iam::123456789012:role/r', \
                aws-access-key-id: AKIDINLINE, aws-secret-access-key: '${S}'";
    let answer = setup.assembly(&lambda(step)).serve_cleanly().post("{}").await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("LambdaCredentialsError")));
    assert!(!format!("{answer} {:?}", answer.fault).contains("canary"));
    assert_eq!(service.requests().len(), 0);
}

#[tokio::test]
async fn stop_on_error_stops_on_names_and_their_ancestors_and_leaves_the_rest_in_output() {
    for (stops, stopped) in [
        ("[LambdaFunctionError]", true),
        ("[OperationError]", true),
        ("[ConnectionError, LambdaThrottledError]", false),
        ("[]", false),
    ] {
        let text = lambda(&format!("function: f, stop-on-error: {stops}"));
        let bench = Bench::answering(&text, |_| {
            reply(200, &[("x-amz-function-error", "Unhandled")], r#"{"errorType": "E", "errorMessage": "m"}"#)
        });
        let answer = bench.gateway.post("{}").await;
        assert_eq!((answer.status, answer.fault.is_some()), (502, stopped), "{stops}");
        if !stopped {
            assert_eq!(answer.json(), json!({"errorType": "E", "errorMessage": "m"}));
        }
    }
}

#[tokio::test]
async fn x13_a_catch_takes_a_fault_by_its_name_or_its_ancestors_and_no_other() {
    let handler = |name: &str| {
        format!(
            "\ncatch:\n  - errors: [{name}]\n    execute: [{{set-variable: {{actions: [{{set: message.body, value: caught}}]}}}}]"
        )
    };
    for (status, code, function_error, name, ancestor) in [
        (200, "", true, "LambdaFunctionError", "OperationError"),
        (429, "TooManyRequestsException", false, "LambdaThrottledError", "OperationError"),
        (400, "InvalidRequestContentException", false, "LambdaPayloadError", "OperationError"),
        (403, "AccessDeniedException", false, "LambdaServiceError", "OperationError"),
    ] {
        for (caught, expected) in [(name, true), (ancestor, true), ("ConnectionError", false)] {
            let text = format!("{}{}", lambda("function: f"), handler(caught));
            let bench = Bench::answering(&text, move |_| {
                let failed = [("x-amzn-errortype", code), ("x-amz-function-error", "Unhandled")];
                reply(status, if function_error { &failed } else { &failed[..1] }, "{}")
            });
            let answer = bench.gateway.post("{}").await;
            assert_eq!(answer.fault.is_none(), expected, "{name} {caught}");
            assert_eq!(answer.fault_name().unwrap_or(name), name);
        }
    }
}
