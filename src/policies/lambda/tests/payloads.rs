//! Events and proxy responses, through a real handler.

use serde_json::{Value, json};

use super::{Bench, lambda, reply};
use crate::test_support::{Ask, Functions};

const ECHO: &str = "def handler(event, context):\n    return event\n";

/// The event that the handler received.
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
    assert_eq!(event["routeKey"], "ANY /example/{id}", "the path has no operation of its own for POST");
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

#[tokio::test]
async fn e24_an_event_of_a_load_balancer_arrives() {
    let Some(single) = event("payload: alb", ask()).await else { return };
    let group = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/example/0000000000000000";
    assert_eq!(single["requestContext"], json!({"elb": {"targetGroupArn": group}}));
    assert_eq!((&single["httpMethod"], &single["path"]), (&json!("POST"), &json!("/example/a%20b")));
    assert_eq!(single["queryStringParameters"], json!({"x": "2", "y": "%C3%BC"}));
    assert_eq!((&single["headers"]["x-twice"], &single["body"]), (&json!("2"), &json!(r#"{"k":1}"#)));
    assert_eq!(single.get("multiValueHeaders"), None);
    let Some(multi) = event("payload: alb, multi-value-headers: true", ask()).await else { return };
    assert_eq!(multi["multiValueQueryStringParameters"], json!({"x": ["1", "2"], "y": ["%C3%BC"]}));
    assert_eq!((&multi["multiValueHeaders"]["x-twice"], multi.get("headers")), (&json!(["1", "2"]), None));
}

#[tokio::test]
async fn a_function_behind_a_load_balancer_answers_by_its_rules() {
    let payload =
        r#"{"statusCode": 201, "headers": {"x-a": "1"}, "multiValueHeaders": {"x-a": ["2", "3"]}, "body": "b"}"#;
    for (more, expected) in [("", vec!["1"]), (", multi-value-headers: true", vec!["2", "3"])] {
        let answer = proxied(&format!(", payload: alb{more}"), payload).await;
        assert_eq!(answer.short(), (201, "b"));
        assert_eq!(answer.headers.get_all("x-a").iter().collect::<Vec<_>>(), expected);
    }
    assert_eq!(proxied(", payload: alb", "{}").await.fault_name(), Some("LambdaResponseError"));
}

#[tokio::test]
async fn a_request_arrives_as_a_small_object() {
    let Some(event) = event("payload: request", ask()).await else { return };
    assert_eq!((&event["method"], &event["path"]), (&json!("POST"), &json!("/example/a%20b")));
    assert_eq!((&event["query"], &event["body"]), (&json!({"x": ["1", "2"], "y": "ü"}), &json!({"k": 1})));
    assert_eq!((&event["headers"]["x-twice"], &event["headers"]["cookie"]), (&json!("1,2"), &json!("a=1")));
    assert_eq!(event["headers"].get("x-forwarded-for"), None);
}

#[tokio::test]
async fn the_event_context_of_a_step_goes_over_that_of_the_settings() {
    let Some(functions) = Functions::start(&[("echo.py", ECHO)]).await else { return };
    let setup = functions.setup().settings(|settings| {
        settings.event_context.stage = Some("settings".to_owned());
        settings.event_context.api_id = Some("settings".to_owned());
        for name in ["one", "two"] {
            settings.event_context.stage_variables.insert(name.to_owned(), "settings".to_owned());
        }
    });
    let text = "
properties: {stage: step}
execute:
  - lambda:
      function: echo
      payload: api-gateway-v2
      event-context: {stage: $(stage), account-id: 999999999999, stage-variables: {two: '$(stage)', three: 3}}";
    let event = setup.assembly(text).serve_cleanly().ask(ask()).await.json();
    let context = &event["requestContext"];
    let ids = (&context["stage"], &context["accountId"], &context["apiId"]);
    assert_eq!(ids, (&json!("step"), &json!("999999999999"), &json!("settings")));
    assert_eq!(event["stageVariables"], json!({"one": "settings", "two": "step", "three": "3"}));
}

/// The payload of this template for `POST /example/7` with this body.
async fn templated(template: &str, body: &str) -> String {
    let text = format!(
        "
properties: {{limit: 5, words: 'say \"hi\"'}}
execute:
  - lambda:
      function: f
      payload: template
      payload-template: |
        {template}"
    );
    let bench = Bench::answering(&text, |_| reply(200, &[], "1"));
    let ask = Ask::post("/example/7", body).header("content-type", "application/json");
    let answer = bench.gateway.ask(ask.header("x-odd", r#"a"b\c"#)).await;
    assert_eq!(answer.short(), (200, "1"), "{answer}");
    String::from_utf8(bench.seen().body).unwrap()
}

#[tokio::test]
async fn e28_a_template_is_json_whatever_its_values_are() {
    for (template, body, expected) in [
        (r#"{"id": "$(request.parameters.id)"}"#, "", "{\"id\": \"7\"}\n"),
        (r#"{"h": "<$(request.headers.x-odd)>"}"#, "", "{\"h\": \"<a\\\"b\\\\c>\"}\n"),
        (r#"{"h": $(request.headers['x-odd'])}"#, "", "{\"h\": \"a\\\"b\\\\c\"}\n"),
        (
            r#"{"b": $(message.body), "n": $(message.body.n)}"#,
            r#"{"n": 1.0, "t": "\n"}"#,
            "{\"b\": {\"n\":1.0,\"t\":\"\\n\"}, \"n\": 1.0}\n",
        ),
        (r#"{"b": "$(message.body)"}"#, "a\"\n\u{1}", "{\"b\": \"a\\\"\\n\\u0001\"}\n"),
        (r#"[$(message.body.none), "$(message.body.none)"]"#, "{}", "[null, \"\"]\n"),
        (
            r#"{"limit": $(limit), "text": "$(limit): $(words)"}"#,
            "",
            "{\"limit\": 5, \"text\": \"5: say \\\"hi\\\"\"}\n",
        ),
        (r#"{"$(request.headers.x-odd)": "\\$(request.parameters.id)"}"#, "", "{\"a\\\"b\\\\c\": \"\\\\7\"}\n"),
        ("$(message.body)", "[1,2]", "[1,2]\n"),
    ] {
        let sent = templated(template, body).await;
        assert_eq!(sent, expected, "{template}");
        serde_json::from_str::<Value>(&sent).unwrap();
    }
}

#[test]
fn mistakes_in_a_template_have_their_place() {
    let template = |text: &str| {
        let text = format!(
            "execute:\n  - lambda:\n      function: f\n      payload: template\n      payload-template: |\n{text}"
        );
        super::refused::setup().assembly(&text).findings()
    };
    for (text, expected) in [
        ("        {\"a\": 1,\n         \"b\" 2}", "11:16: error G0401 this is not JSON: expected `:`"),
        ("        {\"a\": $(request.path),\n         \"b\": x}", "11:17: error G0401 this is not JSON: expected value"),
        ("        {$(request.path): 1}", "10:12: error G0401 this is not JSON: key must be a string"),
        ("        {\"a\": $(request.path) 1}", "10:33: error G0401 this is not JSON: expected `,` or `}`"),
        ("        {\"a\": \"$(request.path}", "10:18: error G0401 `$(` has no closing `)`"),
        ("        {\"a\": $()}", "10:17: error G0401 "),
        ("        [\"a\"] more", "10:17: error G0401 this is not JSON: trailing characters"),
    ] {
        let findings = template(text);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with(&format!("api.yaml:{expected}")), "{text}: {findings:?}");
    }
    let unset = template("        {\"a\": \"$(ordre)\"}");
    assert!(unset[0].starts_with("api.yaml:10:18: warning G0402 nothing sets the variable `ordre`"), "{unset:?}");
}

#[test]
fn what_belongs_together_is_asked_for_together() {
    super::refused::check(&[
        ("payload: template", "6:25: error G0305 `payload: template` needs the property `payload-template`"),
        (
            "payload-template: '{}'",
            "6:34: error G0308 `payload-template` is only sent with `payload: template`; write `payload: template`",
        ),
        ("multi-value-headers: true", "6:37: error G0308 only `payload: alb` has `multi-value-headers`; remove it"),
        (
            "payload: xml",
            "6:25: error G0304 `payload` is `xml`, expected `body`, `api-gateway-v1`, `api-gateway-v2`, `alb`, `request` \
             or `template`",
        ),
        (
            "event-context: {stages: x}",
            "6:32: error G0303 `event-context` has no property `stages`; did you mean `stage`?",
        ),
        (
            "payload: template, payload-template: '{}', input: ''",
            "6:66: error G0308 `payload: template` takes its values from variables, so `input` would not be read; \
             remove `input`",
        ),
    ]);
}

/// The embedded service refuses a signature over anything but what arrives.
#[tokio::test]
async fn a_body_in_pieces_is_signed_as_it_came_and_as_a_step_left_it() {
    let Some(functions) = Functions::start(&[("echo.py", ECHO)]).await else { return };
    let wrap = "execute:\n  - set-variable: {actions: [{set: message.body, value: '[$(message.body)]'}]}\n";
    let call = lambda("function: echo");
    let wrapped = call.replace("execute:\n", wrap);
    for (assembly, expected) in [(call, r#"{"a": "pieces"}"#), (wrapped, r#"[{"a": "pieces"}]"#)] {
        let gateway = functions.setup().assembly(&assembly).serve_cleanly();
        let answer = gateway.ask(Ask::post("/example/1", "").chunked(&[r#"{"a": "#, r#""pie"#, r#"ces"}"#])).await;
        assert_eq!(answer.short(), (200, expected), "{answer}");
    }
}

#[tokio::test]
async fn numbers_keep_their_texts_in_a_template() {
    let body = r#"{"price":10.00,"far":1e400,"all":[123456789012345678901234567890,-0]}"#;
    let sent =
        templated(r#"{"p": $(message.body.price), "t": "$(message.body.far)", "b": $(message.body)}"#, body).await;
    assert_eq!(sent, format!("{{\"p\": 10.00, \"t\": \"1e400\", \"b\": {body}}}\n"));
}
