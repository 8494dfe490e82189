//! Request validators.

use super::rest;
use crate::test_support::{Ask, Setup};

/// A mock with a validator, and what the operation declares.
fn document(validator: &str, parameters: &str) -> String {
    let mock = "type: mock\nrequestTemplates: {application/json: '{\"statusCode\": 200}'}\nresponses: {default: {statusCode: 200}}";
    format!(
        "{}      x-amazon-apigateway-request-validator: {validator}\n      parameters: {parameters}\n\
         x-amazon-apigateway-request-validators:\n  all: {{validateRequestBody: true, validateRequestParameters: true}}\n  \
         body: {{validateRequestBody: true}}\n  none: {{}}\n\
         definitions:\n  Order: {{type: object, required: [a], properties: {{a: {{type: number}}}}}}\n",
        rest(mock)
    )
}

const ALL: &str = "[{name: q1, in: query, required: true, type: string}, {name: x-h, in: header, required: true, type: string}, \
                   {name: gone, in: path, required: true, type: string}, {name: id, in: path, required: true, type: string}, \
                   {name: b, in: body, required: true, schema: {$ref: '#/definitions/Order'}}]";

#[tokio::test]
async fn required_parameters_must_be_there_and_not_blank() {
    let parameters = ALL.replace("{name: gone, in: path, required: true, type: string}, ", "");
    let gateway = Setup::default().load(&document("all", &parameters)).serve();
    let missing = |names: &str| format!("{{\"message\":\"Missing required request parameters: [{names}]\"}}");
    for (query, header, names) in [
        ("", None, "x-h, q1"),
        ("?q1=", Some("1"), "q1"),
        ("?q1=%20", Some("1"), "q1"),
        ("?q1=a&q1=b", Some(""), "x-h"),
        ("?Q1=1", Some("1"), "q1"),
    ] {
        let ask = Ask::post(&format!("/orders/7{query}"), r#"{"a": 1}"#);
        let ask = header.into_iter().fold(ask, |ask, value| ask.header("x-h", value));
        let answer = gateway.ask(ask).await;
        assert_eq!(answer.short(), (400, &*missing(names)), "{query}");
        assert_eq!(answer.header("x-amzn-errortype"), Some("BadRequestException"));
    }
    let all = Setup::default().load(&document("all", ALL)).serve().ask(Ask::post("/orders/7", "{}")).await;
    assert_eq!(all.short(), (400, &*missing("x-h, gone, q1")));
}

#[tokio::test]
async fn the_body_must_fit_its_model() {
    let gateway = Setup::default().load(&document("body", ALL)).serve();
    for (body, status) in [(r#"{"a": 1}"#, 200), (r#"{"b": 1}"#, 400), ("", 400), ("no json", 400)] {
        let answer = gateway.ask(Ask::post("/orders/7", body).header("content-type", "application/json")).await;
        let text = if status == 200 { "" } else { r#"{"message":"Invalid request body"}"# };
        assert_eq!(answer.short(), (status, text), "{body}");
    }
    let open = Setup::default().load(&document("none", ALL)).serve().ask(Ask::post("/orders/7", "x")).await;
    assert_eq!(open.status, 200);
}

#[test]
fn a_check_that_cannot_be_made_is_refused() {
    let refused = |validator: &str, parameters: &str| {
        let findings = Setup::default().load(&document(validator, parameters)).findings();
        findings.iter().any(|line| line.contains("error G0208 the request validator"))
    };
    assert!(refused("gone", ALL));
    assert!(refused("all", "[{name: id, in: query, required: true, type: string}]"), "the path has this name too");
    assert!(refused("all", "[{name: 'a[]', in: query, required: true, type: string}]"));
    assert!(!refused("all", ALL));
}
