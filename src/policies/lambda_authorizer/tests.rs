//! `lambda-authorizer` against a service made up for the test.

use serde_json::{Value, json};

use crate::test_support::{Answer, Ask, Gateway, Recorded, Reply, Setup, TestServer, json_reply};

/// A service that answers as told, and a gateway before it whose response shows the principal.
struct Bench {
    service: TestServer,
    gateway: Gateway,
}

const TOKEN: &str = "identity-sources: ['$(request.headers.authorization)']";

impl Bench {
    fn new(properties: &str, answer: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        let service = TestServer::start(answer);
        let assembly = format!(
            "execute:\n  - lambda-authorizer: {{function: gate, {properties}}}\n  \
             - set-variable: {{actions: [{{set: message.body, value: 'for $(authorizer.principalId), $(authorizer.tier)'}}]}}"
        );
        let gateway = Setup::with_lambda_at(service.url("")).assembly(&assembly).serve_cleanly();
        Bench { service, gateway }
    }

    /// A gate that answers this.
    fn answering(properties: &str, answer: &Value) -> Self {
        let answer = answer.to_string();
        Bench::new(properties, move |_| json_reply(200, &answer))
    }

    async fn ask(&self, verb: &str, token: &str) -> Answer {
        self.gateway.ask(Ask::new(verb, "/example/7?a=1").header("authorization", token)).await
    }

    fn event(&self) -> Value {
        serde_json::from_slice(&self.service.requests()[0].body).unwrap()
    }
}

fn allowing(resource: &str) -> Value {
    json!({
        "principalId": "ann",
        "policyDocument": {"Statement": {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}},
        "context": {"tier": 3},
    })
}

#[tokio::test]
async fn a_token_is_sent_with_the_method() {
    let bench = Bench::answering(TOKEN, &allowing("*"));
    let answer = bench.ask("GET", "secret").await;
    assert_eq!(answer.short(), (200, "for ann, 3"));
    let event = bench.event();
    assert_eq!((&event["type"], &event["authorizationToken"]), (&json!("TOKEN"), &json!("secret")));
    let arn = event["methodArn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:execute-api:eu-west-1:123456789012:"), "{arn}");
    assert!(arn.ends_with("/prod/GET/example/7"), "{arn}");
    assert_eq!(event.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn an_answer_is_kept_and_decides_about_each_method() {
    let bench = Bench::answering(TOKEN, &allowing("*/GET/*"));
    for (verb, token, expected) in
        [("GET", "a", 200), ("DELETE", "a", 403), ("GET", "a", 200), ("DELETE", "b", 403), ("GET", "b", 200)]
    {
        assert_eq!(bench.ask(verb, token).await.status, expected, "{verb} {token}");
    }
    assert_eq!(bench.service.requests().len(), 2);
    let bench = Bench::answering(&format!("{TOKEN}, time-to-live: 0"), &allowing("*"));
    for _ in 0..2 {
        assert_eq!(bench.ask("GET", "a").await.status, 200);
    }
    assert_eq!(bench.service.requests().len(), 2);
}

#[tokio::test]
async fn a_request_without_its_token_is_refused_without_a_call() {
    let bench = Bench::answering(&format!("{TOKEN}, identity-validation: 'Bearer [a-z]+|x'"), &allowing("*"));
    for (token, expected) in
        [("Bearer a", 200), ("x", 200), ("Bearer", 401), ("Bearer a1", 401), ("yx", 401), ("", 401)]
    {
        let answer = bench.ask("GET", token).await;
        assert_eq!(answer.status, expected, "{token}");
        assert_eq!(answer.fault_name(), (expected == 401).then_some("UnauthorizedError"), "{token}");
    }
    assert_eq!(bench.gateway.ask(Ask::get("/example/7")).await.status, 401);
    assert_eq!(bench.service.requests().len(), 2);
}

#[tokio::test]
async fn everything_else_than_an_allowing_answer_keeps_the_request_out() {
    let deny = json!({"principalId": "ann", "policyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*/GET/*"}]}});
    let with = |key: &str, value: Value| {
        let mut answer = allowing("*");
        answer[key] = value;
        answer
    };
    for (answer, expected) in [
        (allowing("*/POST/*"), "ForbiddenError"),
        (deny, "ForbiddenError"),
        (with("principalId", Value::Null), "AuthorizerError"),
        (with("principalId", json!("")), "AuthorizerError"),
        (with("policyDocument", Value::Null), "AuthorizerError"),
        (with("context", json!({"a": {}})), "AuthorizerError"),
        (with("context", json!([])), "AuthorizerError"),
        (with("big", json!("x".repeat(70_000))), "AuthorizerError"),
        (json!({"isAuthorized": true}), "AuthorizerError"),
        (Value::Null, "AuthorizerError"),
    ] {
        let bench = Bench::answering(TOKEN, &answer);
        for _ in 0..2 {
            assert_eq!(bench.ask("GET", "a").await.fault_name(), Some(expected), "{answer}");
        }
        let calls = if expected == "ForbiddenError" { 1 } else { 2 };
        assert_eq!(bench.service.requests().len(), calls, "{answer}");
    }
}

#[tokio::test]
async fn a_function_that_fails_lets_nobody_in() {
    for (message, expected, status) in [
        ("Unauthorized", "UnauthorizedError", 401),
        ("unauthorized", "AuthorizerFunctionError", 500),
        ("no such table", "AuthorizerFunctionError", 500),
    ] {
        let body = json!({"errorType": "Error", "errorMessage": message}).to_string();
        let bench = Bench::new(TOKEN, move |_| {
            let headers = vec![("x-amz-function-error", "Unhandled".to_owned())];
            Reply::Reply(200, headers, body.clone().into_bytes())
        });
        for _ in 0..2 {
            let answer = bench.ask("GET", "a").await;
            assert_eq!((answer.fault_name(), answer.status), (Some(expected), status), "{message}");
            assert!(!answer.text().contains("table"), "{answer}");
        }
        assert_eq!(bench.service.requests().len(), 2);
    }
    let refused = Bench::new(TOKEN, |_| json_reply(403, r#"{"Message": "no"}"#));
    assert_eq!(refused.ask("GET", "a").await.fault_name(), Some("AuthorizerError"));
}

#[tokio::test]
async fn a_request_is_sent_in_the_format_that_is_asked_for() {
    let more = "type: request, identity-sources: ['$(request.headers.authorization)', '$(request.parameters.a)']";
    for (format, keys) in [
        ("strict: true", ["httpMethod", "methodArn", "multiValueHeaders", "requestContext"]),
        ("payload-format: '1.0'", ["authorizationToken", "identitySource", "methodArn", "version"]),
        ("payload-format: '2.0'", ["identitySource", "rawPath", "routeArn", "routeKey"]),
    ] {
        let bench = Bench::answering(&format!("{more}, {format}"), &allowing("*"));
        assert_eq!(bench.ask("GET", "t").await.status, 200, "{format}");
        let event = bench.event();
        assert_eq!(event["type"], "REQUEST");
        assert!(keys.iter().all(|key| event.get(key).is_some()), "{format}: {event}");
        assert!(event.get("body").is_none() && event.get("isBase64Encoded").is_none(), "{event}");
        match format {
            "payload-format: '2.0'" => assert_eq!(event["identitySource"], json!(["t", "1"])),
            "strict: true" => assert!(event.get("version").is_none() && event.get("identitySource").is_none()),
            _ => assert_eq!(event["identitySource"], "t,1"),
        }
    }
}

#[tokio::test]
async fn a_simple_answer_is_true_or_false() {
    let properties = format!("type: request, payload-format: '2.0', simple-answers: true, {TOKEN}");
    for (answer, expected) in [
        (json!({"isAuthorized": true, "context": {"tier": 1}}), 200),
        (json!({"isAuthorized": false}), 403),
        (json!({"isAuthorized": "true"}), 500),
        (allowing("*"), 500),
    ] {
        let bench = Bench::answering(&properties, &answer);
        assert_eq!(bench.ask("GET", "a").await.status, expected, "{answer}");
    }
}

#[tokio::test]
async fn a_later_event_shows_the_caller() {
    for (properties, payload, expected) in [
        (TOKEN, "api-gateway-v1", json!({"principalId": "ann", "tier": "3"})),
        ("type: request, payload-format: '1.0'", "api-gateway-v1", json!({"principalId": "ann", "tier": 3})),
        ("type: request, payload-format: '2.0'", "api-gateway-v2", json!({"lambda": {"tier": 3}})),
    ] {
        let service = TestServer::start(|_| json_reply(200, &allowing("*").to_string()));
        let assembly = format!(
            "execute:\n  - lambda-authorizer: {{function: gate, {properties}}}\n  - lambda: {{function: f, payload: {payload}}}"
        );
        let gateway = Setup::with_lambda_at(service.url("")).assembly(&assembly).serve_cleanly();
        gateway.ask(Ask::get("/example/7").header("authorization", "t")).await;
        let event: Value = serde_json::from_slice(&service.requests()[1].body).unwrap();
        let mut shown = event["requestContext"]["authorizer"].clone();
        if let Some(latency) = shown.as_object_mut().and_then(|shown| shown.remove("integrationLatency")) {
            assert!(latency.is_number() && properties == TOKEN);
        }
        assert_eq!(shown, expected, "{properties}");
    }
}

#[test]
fn properties_that_do_not_go_together_are_refused() {
    let setup = Setup::with_lambda_at("http://127.0.0.1:1");
    for (properties, expected) in [
        ("", "exactly one source"),
        ("identity-sources: [a, b]", "exactly one source"),
        ("type: request, identity-validation: a", "there is not exactly one source"),
        ("identity-sources: [a], payload-format: '2.0'", "has no format 2.0"),
        ("type: request, payload-format: '2.0', strict: true", "have no format 2.0"),
        ("type: request, simple-answers: true", "has simple answers"),
        ("type: request, time-to-live: 5", "nothing tells callers apart"),
        ("identity-sources: [a], time-to-live: 3601", "at most 3600 seconds"),
        ("identity-sources: [a], timeout: 0", "no time at all"),
        ("identity-sources: [a], identity-validation: 'a)|(?:b'", "this pattern cannot be used"),
        ("identity-sources: [a], output: request", "cannot be set"),
    ] {
        let found =
            setup.assembly(&format!("execute:\n  - lambda-authorizer: {{function: gate, {properties}}}")).findings();
        assert!(
            found.iter().any(|line| line.contains(": error ") && line.contains(expected)),
            "{properties}: {found:?}"
        );
    }
}
