//! Events and proxy responses, through a real handler.

use serde_json::{Value, json};

use super::{Bench, lambda, reply};
use crate::test_support::{Ask, Functions};

const ECHO: &str = "def handler(event, context):\n    return event\n";

/// What the handler received.
async fn event(properties: &str, ask: Ask) -> Option<Value> {
    let functions = Functions::start(&[("echo.py", ECHO)]).await?;
    let gateway = functions.setup().assembly(&lambda(&format!("function: echo, {properties}"))).serve_cleanly();
    let answer = gateway.ask(ask).await;
    assert_eq!(answer.status, 200, "{answer}");
    Some(answer.json())
}

fn ask() -> Ask {
    Ask::post("/example/a%20b?x=1&x=2&y=%C3%BC", r#"{"k":1}"#)
        .header("content-type", "application/json")
        .header("cookie", "a=1")
        .header("x-twice", "1")
        .header("x-twice", "2")
        .header("authorization", "Bearer for the function")
}

#[tokio::test]
async fn an_event_of_version_2_arrives() {
    let Some(event) = event("payload: api-gateway-v2", ask()).await else { return };
    assert_eq!((&event["version"], &event["rawPath"]), (&json!("2.0"), &json!("/example/a b")));
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%C3%BC");
    assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "ü"}));
    assert_eq!(event["pathParameters"], json!({"id": "a b"}));
    assert_eq!(event["cookies"], json!(["a=1"]));
    assert_eq!(event["headers"]["x-twice"], "1,2");
    assert_eq!(event["headers"]["authorization"], "Bearer for the function");
    assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.7");
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(r#"{"k":1}"#), &json!(false)));
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "192.0.2.7");
    assert_eq!(event["requestContext"]["domainName"], "gateway.test");
    assert_eq!(event["routeKey"], "POST /example/{id}");
}

#[tokio::test]
async fn an_event_of_version_1_arrives() {
    let Some(event) = event("payload: api-gateway-v1", ask()).await else { return };
    assert_eq!((&event["resource"], &event["httpMethod"]), (&json!("/example/{id}"), &json!("POST")));
    assert_eq!(event["multiValueQueryStringParameters"], json!({"x": ["1", "2"], "y": ["ü"]}));
    assert_eq!(event["queryStringParameters"], json!({"x": "2", "y": "ü"}));
    // REST APIs pass them as the client wrote them.
    assert_eq!(event["pathParameters"], json!({"id": "a%20b"}));
    let headers = event["multiValueHeaders"].as_object().expect("headers");
    let twice = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-twice")).map(|(_, values)| values);
    assert_eq!(twice, Some(&json!(["1", "2"])));
    assert_eq!(event["requestContext"]["identity"]["sourceIp"], "192.0.2.7");
    assert_eq!(event["body"], r#"{"k":1}"#);
}

#[tokio::test]
async fn bytes_that_are_no_text_arrive_as_base64() {
    let ask = Ask::post("/example/7", vec![0xff, 0x00, 0x80]).header("content-type", "image/png");
    let Some(event) = event("payload: api-gateway-v2", ask).await else { return };
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/wCA"), &json!(true)));
}

#[tokio::test]
async fn the_event_context_of_the_settings_is_in_the_event() {
    let Some(functions) = Functions::start(&[("echo.py", ECHO)]).await else { return };
    let setup = functions.setup().settings(|settings| {
        settings.event_context.stage = Some("test".to_owned());
        settings.event_context.account_id = Some("999999999999".to_owned());
        settings.event_context.api_id = Some("abc".to_owned());
        settings.event_context.stage_variables.insert("colour".to_owned(), "blue".to_owned());
    });
    let text = lambda("function: echo, payload: api-gateway-v2");
    let event = setup.assembly(&text).serve_cleanly().ask(ask()).await.json();
    let context = &event["requestContext"];
    assert_eq!(
        (&context["stage"], &context["accountId"], &context["apiId"]),
        (&json!("test"), &json!("999999999999"), &json!("abc"))
    );
    assert_eq!(event["stageVariables"], json!({"colour": "blue"}));
}

#[tokio::test]
async fn the_body_of_an_event_is_that_of_the_message_and_its_request_the_clients() {
    let text = "
execute:
  - set-variable: {actions: [{set: message.body, value: changed}, {set: message.headers.x-added, value: '1'}]}
  - lambda: {function: f, payload: api-gateway-v2}";
    let bench = Bench::answering(text, |_| reply(200, &[], "{}"));
    bench.gateway.ask(ask()).await;
    let event: Value = serde_json::from_slice(&bench.seen().body).unwrap();
    assert_eq!((&event["body"], &event["headers"]["x-added"]), (&json!("changed"), &json!("1")));
    assert_eq!(event["rawQueryString"], "x=1&x=2&y=%C3%BC");
}

/// The response to what a function answered.
async fn proxied(properties: &str, payload: &'static str) -> crate::test_support::Answer {
    let text = lambda(&format!("function: f, response: proxy{properties}"));
    Bench::answering(&text, move |_| reply(200, &[], payload)).gateway.get().await
}

#[tokio::test]
async fn a_proxy_response_becomes_status_headers_cookies_and_body() {
    let payload = r#"{"statusCode": 201, "headers": {"X-A": "1", "content-type": "image/png"},
                      "cookies": ["a=1", "b=2"], "body": "/wCA", "isBase64Encoded": true}"#;
    let answer = proxied(", payload: api-gateway-v2", payload).await;
    assert_eq!((answer.status, &*answer.body), (201, &[0xff, 0x00, 0x80][..]));
    assert_eq!((answer.header("x-a"), answer.header("content-type")), (Some("1"), Some("image/png")));
    assert_eq!(answer.headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
}

#[tokio::test]
async fn an_answer_without_a_status_is_the_body_in_version_2_and_a_fault_in_version_1() {
    assert_eq!(proxied(", payload: api-gateway-v2", r#"{"a":  1}"#).await.short(), (200, r#"{"a":  1}"#));
    assert_eq!(proxied("", r#""text""#).await.short(), (200, "text"));
    let answer = proxied(", payload: api-gateway-v1", "[1]").await;
    assert_eq!((answer.status, answer.fault_name()), (502, Some("LambdaResponseError")));
    assert_eq!(answer.json()["moreInformation"], "the function's answer is not a JSON object");
}

#[tokio::test]
async fn strict_refuses_what_rest_apis_refuse() {
    let payload = r#"{"statusCode": 200, "extra": 1, "body": "b"}"#;
    assert_eq!(proxied(", payload: api-gateway-v1", payload).await.short(), (200, "b"));
    let answer = proxied(", payload: api-gateway-v1, strict: true", payload).await;
    assert_eq!((answer.status, answer.fault_name()), (502, Some("LambdaResponseError")));
}

#[tokio::test]
async fn a_status_or_a_header_that_cannot_be_is_a_response_error() {
    for payload in [
        r#"{"statusCode": 99}"#,
        r#"{"statusCode": 600}"#,
        r#"{"statusCode": "many"}"#,
        r#"{"statusCode": 200, "headers": {"a b": "1"}}"#,
        r#"{"statusCode": 200, "headers": {"x-a": "1\r\nset-cookie: b"}}"#,
        r#"{"statusCode": 200, "body": "%%", "isBase64Encoded": true}"#,
    ] {
        let answer = proxied(", payload: api-gateway-v2", payload).await;
        assert_eq!((answer.status, answer.fault_name()), (502, Some("LambdaResponseError")), "{payload}");
    }
}
