//! Tests of faults, and of those that stop the flow.

use serde_json::json;

use super::{Bench, invoke};
use crate::test_support::{Reply, Setup, assembly, closed_port, ibm_document, json_reply};

const CATCH: &str = "
catch:
  - errors: [ConnectionError, OperationError, SOAPError]
    execute:
      - set-variable: {actions: [{set: message.headers.x-caught, value: $(error.name)}]}
  - default:
      - set-variable: {actions: [{set: message.headers.x-caught, value: default}]}";

fn caught(properties: &str) -> String {
    format!("{}{CATCH}", invoke(properties))
}

#[tokio::test]
async fn a_refusal_of_the_service_is_the_response_where_nothing_stops_it() {
    for stops in ["", ", stop-on-error: []", ", stop-on-error: [ConnectionError, SOAPError]"] {
        let bench =
            Bench::answering(&caught(&format!("target-url: '${{UPSTREAM}}'{stops}")), |_| json_reply(404, "{}"));
        let answer = bench.gateway.get().await;
        assert_eq!((answer.short(), answer.header("x-caught")), ((404, "{}"), None), "{stops}");
    }
}

#[tokio::test]
async fn an_operation_error_keeps_the_services_answer_in_the_message() {
    let bench = Bench::answering(&caught("target-url: '${UPSTREAM}', stop-on-error: [OperationError]"), |_| {
        json_reply(503, r#"{"busy": true}"#)
    });
    let answer = bench.gateway.get().await;
    assert_eq!((answer.short(), answer.header("x-caught")), ((503, r#"{"busy": true}"#), Some("OperationError")));
}

#[tokio::test]
async fn an_operation_error_that_nothing_catches_is_500_and_hides_the_services_answer() {
    let bench = Bench::answering(&invoke("target-url: '${UPSTREAM}', stop-on-error: [OperationError]"), |_| {
        json_reply(404, r#"{"inside": "secret"}"#)
    });
    let answer = bench.gateway.get().await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("OperationError")));
    let expected = json!({
        "httpCode": "500",
        "httpMessage": "Internal Server Error",
        "moreInformation": "the service answered 404 Not Found",
    });
    assert_eq!(answer.json(), expected);
}

const FAULT: &str = "<?xml version='1.0'?><s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
                     <s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Body></s:Envelope>";

#[tokio::test]
async fn a_soap_fault_has_its_own_name() {
    for (status, kind, body, stops, expected) in [
        (500, "text/xml; charset=utf-8", FAULT, "SOAPError", Some("SOAPError")),
        (400, "application/soap+xml", FAULT, "SOAPError", Some("SOAPError")),
        (500, "application/json", FAULT, "SOAPError", None),
        (500, "text/xml", "<f/>", "SOAPError", None),
        (200, "text/xml", FAULT, "SOAPError", Some("SOAPError")),
        (200, "text/xml", "<f/>", "SOAPError", None),
        (500, "text/xml", FAULT, "OperationError", Some("OperationError")),
        (500, "text/xml", "<f/>", "OperationError, SOAPError", Some("OperationError")),
        (500, "text/xml", FAULT, "OperationError, SOAPError", Some("SOAPError")),
    ] {
        for output in ["", ", output: reply"] {
            let text = caught(&format!("target-url: '${{UPSTREAM}}', stop-on-error: [{stops}]{output}"));
            let bench = Bench::answering(&text, move |_| {
                Reply::Reply(status, vec![("content-type", kind.to_owned())], body.as_bytes().to_vec())
            });
            let answer = bench.gateway.get().await;
            assert_eq!(answer.header("x-caught"), expected, "{status} {kind} {stops}");
            if output.is_empty() {
                assert_eq!(answer.text(), body, "a look leaves the answer whole");
            }
        }
    }
}

#[tokio::test]
async fn a_long_xml_answer_is_looked_at_and_streams_on() {
    let long = format!("<a>{}</a>", "<b/>".repeat(100_000));
    let body = long.clone().into_bytes();
    let bench = Bench::answering(&caught("target-url: '${UPSTREAM}', stop-on-error: [SOAPError]"), move |_| {
        Reply::Reply(500, vec![("content-type", "text/xml".to_owned())], body.clone())
    });
    assert_eq!(bench.gateway.get().await.short(), (500, &*long));
}

#[tokio::test]
async fn without_a_connection_v10_goes_on_with_500_and_v5_stops() {
    let url = format!("http://{}", closed_port());
    let step = |version: &str| caught(&format!("version: {version}, target-url: '{url}'"));
    let answer = assembly(&step("2.0.0")).serve().get().await;
    assert_eq!((answer.status, answer.header("x-caught")), (500, None));
    let answer = assembly(&step("1.0.0")).serve_cleanly().get().await;
    assert_eq!((answer.status, answer.header("x-caught")), (200, Some("ConnectionError")));
    // Without a version a step follows its document.
    for (gateway, expected) in [
        ("datapower-gateway", Some("ConnectionError")),
        ("micro-gateway", Some("ConnectionError")),
        ("datapower-api-gateway", None),
    ] {
        let document = ibm_document(gateway, &caught(&format!("target-url: '{url}'")));
        let answer = Setup::default().load(&document).serve().get().await;
        assert_eq!(answer.header("x-caught"), expected, "{gateway}");
    }
}

#[tokio::test]
async fn an_empty_list_stops_on_nothing_in_v5_either() {
    let url = format!("http://{}", closed_port());
    let text = caught(&format!("version: 1.0.0, target-url: '{url}', stop-on-error: []"));
    let answer = assembly(&text).serve().get().await;
    assert_eq!((answer.status, answer.header("x-caught")), (500, None));
}

#[tokio::test]
async fn a_connection_error_says_nothing_about_the_inside() {
    let address = closed_port();
    let text = invoke(&format!("target-url: 'http://{address}/key=canary', stop-on-error: [ConnectionError]"));
    let answer = assembly(&text).serve_cleanly().get().await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("ConnectionError")));
    assert_eq!(answer.json()["moreInformation"], "Could not connect to endpoint");
    let place = answer.failed_step.as_ref().map(|step| step.place.to_string()).unwrap_or_default();
    assert!(place.ends_with("api.yaml:6:7"), "{place}");
}

#[tokio::test]
async fn a_service_that_says_nothing_is_a_connection_error_in_time() {
    for reply in [|| Reply::Hang, || Reply::Close, || Reply::Raw(b"nonsense\r\n\r\n".to_vec())] {
        let text = caught("target-url: '${UPSTREAM}', timeout: 300ms, stop-on-error: [ConnectionError]");
        let bench = Bench::answering(&text, move |_| reply());
        let started = std::time::Instant::now();
        assert_eq!(bench.gateway.get().await.header("x-caught"), Some("ConnectionError"));
        assert!(started.elapsed().as_secs() < 5);
        assert_eq!(bench.service.requests().len(), 1, "a call is never repeated");
    }
}

#[tokio::test]
async fn an_output_that_breaks_off_is_a_connection_error_even_where_nothing_stops() {
    let text = caught("target-url: '${UPSTREAM}', timeout: 300ms, output: reply");
    let bench = Bench::answering(&text, |_| Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_vec()));
    assert_eq!(bench.gateway.get().await.header("x-caught"), Some("ConnectionError"));
}

#[tokio::test]
async fn a_handler_reads_the_request_where_the_call_failed() {
    let text = format!(
        "execute:\n  - invoke: {{target-url: 'http://{}', stop-on-error: [ConnectionError]}}\ncatch:\n  - default:\n      \
         - set-variable: {{actions: [{{set: message.body, value: 'lost $(message.body.id)'}}]}}",
        closed_port()
    );
    assert_eq!(assembly(&text).serve_cleanly().post(r#"{"id": 7}"#).await.short(), (200, "lost 7"));
}

#[tokio::test]
async fn an_answer_that_a_step_reads_has_the_time_of_its_call() {
    let text = format!(
        "execute:\n  - invoke: {{target-url: '${{UPSTREAM}}', timeout: 300ms}}\n  - set-variable: {{actions: [{{set: \
         message.headers.x-a, value: $(message.body.a)}}]}}{CATCH}"
    );
    let bench = Bench::answering(&text, |_| Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc".to_vec()));
    let started = std::time::Instant::now();
    assert_eq!(bench.gateway.get().await.header("x-caught"), Some("ConnectionError"));
    assert!(started.elapsed().as_secs() < 5);
}
