//! Lambda authorizers of exports: the order of steps, the responses, and what is refused.

use serde_json::{Value, json};

use super::{ARN, http_api, long, rest};
use crate::test_support::{Answer, Ask, Gateway, Recorded, Reply, Setup, TestServer, json_reply};

const GATE: &str = "arn:aws:lambda:eu-west-1:123456789012:function:gate";

/// A service whose function `gate` answers this, and whose other function shows its event's authorizer.
fn service(gate: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> TestServer {
    TestServer::start(move |asked| {
        if asked.target.contains("gate") {
            return gate(asked);
        }
        let event: Value = serde_json::from_slice(&asked.body).unwrap();
        let shown = event["requestContext"]["authorizer"].to_string();
        json_reply(200, &json!({"statusCode": 200, "body": shown}).to_string())
    })
}

fn answering(answer: Value) -> TestServer {
    service(move |_| json_reply(200, &answer.to_string()))
}

fn policy(effect: &str, resource: &str) -> Value {
    let statement = json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource});
    json!({"principalId": "ann", "policyDocument": {"Statement": [statement]}, "context": {"tier": 3}})
}

fn proxy(more: &str) -> String {
    format!("type: aws_proxy\nhttpMethod: POST\nuri: '{}'{more}", long(ARN))
}

/// A REST API whose operation asks for this authorizer.
fn rest_with(authorizer: &str) -> String {
    format!(
        "{}      security: [{{gate: []}}]\nsecurityDefinitions:\n  gate:\n    {{type: apiKey, in: header, name: X-Token, \
         x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {{authorizerUri: '{}', {authorizer}}}}}\n",
        rest(&proxy("")),
        long(GATE)
    )
}

/// An HTTP API whose operation asks for this authorizer.
fn http_with(authorizer: &str) -> String {
    format!(
        "{}      security: [{{gate: []}}]\ncomponents:\n  securitySchemes:\n    gate:\n      {{type: apiKey, in: header, name: x-token, \
         x-amazon-apigateway-authorizer: {{authorizerUri: '{}', type: request, {authorizer}}}}}\n",
        http_api(&proxy("\npayloadFormatVersion: '2.0'")),
        long(GATE)
    )
}

fn gateway(service: &TestServer, document: &str) -> Gateway {
    Setup::with_lambda_at(service.url("/")).load(document).serve_cleanly()
}

async fn ask(gateway: &Gateway, token: &str) -> Answer {
    gateway.ask(Ask::post("/orders/7", "{}").header("x-token", token)).await
}

#[tokio::test]
async fn a_rest_api_asks_before_it_runs() {
    let service = answering(policy("Allow", "*/POST/orders/*"));
    let gateway = gateway(&service, &rest_with("type: token, identityValidationExpression: '[a-z]+'"));
    for _ in 0..2 {
        let answer = ask(&gateway, "good").await;
        assert_eq!(answer.status, 200, "{answer}");
        assert_eq!((&answer.json()["principalId"], &answer.json()["tier"]), (&json!("ann"), &json!("3")));
    }
    let refused = ask(&gateway, "12").await;
    assert_eq!(refused.short(), (401, r#"{"message":"Unauthorized"}"#));
    assert_eq!(refused.header("x-amzn-errortype"), Some("UnauthorizedException"));
    assert_eq!(gateway.ask(Ask::post("/orders/7", "{}")).await.status, 401);
    // One call of the authorizer, whose answer is kept, and two of the integration.
    assert_eq!(service.requests().len(), 3);
}

#[tokio::test]
async fn refusals_and_failures_have_the_responses_of_aws() {
    let failing = |message: &'static str| {
        service(move |_| {
            let body = json!({"errorMessage": message}).to_string().into_bytes();
            Reply::Reply(200, vec![("x-amz-function-error", "Unhandled".to_owned())], body)
        })
    };
    let denied = r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#;
    let unmatched = r#"{"Message":"User is not authorized to access this resource"}"#;
    let nothing = r#"{"message":null}"#;
    for (service, expected, kind) in [
        (answering(policy("Deny", "*")), (403, denied), "AccessDeniedException"),
        (answering(policy("Allow", "x")), (403, unmatched), "AccessDeniedException"),
        (answering(json!({})), (500, nothing), "AuthorizerConfigurationException"),
        (failing("Unauthorized"), (401, r#"{"message":"Unauthorized"}"#), "UnauthorizedException"),
        (failing("other"), (500, nothing), "AuthorizerFailureException"),
    ] {
        let gateway = gateway(&service, &rest_with("type: token"));
        let answer = ask(&gateway, "t").await;
        assert_eq!(answer.short(), expected);
        assert_eq!(answer.header("x-amzn-errortype"), Some(kind));
        assert_eq!(service.requests().len(), 1, "the integration ran");
    }
    for (service, expected) in [
        (answering(policy("Deny", "*")), (403, r#"{"message":"Forbidden"}"#)),
        (failing("other"), (500, r#"{"message":"Internal Server Error"}"#)),
    ] {
        let gateway = gateway(&service, &http_with("authorizerPayloadFormatVersion: '2.0'"));
        assert_eq!(ask(&gateway, "t").await.short(), expected);
    }
}

#[tokio::test]
async fn responses_of_the_document_win() {
    let service = answering(policy("Deny", "*"));
    let own = "x-amazon-apigateway-gateway-responses:\n  ACCESS_DENIED: {statusCode: 404, responseTemplates: {application/json: \
               '{\"why\": $context.error.messageString}'}}\n  AUTHORIZER_FAILURE: {statusCode: 503}\n";
    let gateway = gateway(&service, &format!("{}{own}", rest_with("type: token")));
    let expected = r#"{"why": "User is not authorized to access this resource with an explicit deny"}"#;
    assert_eq!(ask(&gateway, "t").await.short(), (404, expected));
}

#[tokio::test]
async fn an_http_api_has_its_own_formats() {
    let answer = json!({"isAuthorized": true, "context": {"tier": 3}});
    let service = answering(answer);
    let more =
        "authorizerPayloadFormatVersion: '2.0', enableSimpleResponses: true, identitySource: $request.header.X-Token";
    let gateway = gateway(&service, &http_with(more));
    for _ in 0..2 {
        assert_eq!(ask(&gateway, "t").await.short(), (200, r#"{"lambda":{"tier":3}}"#));
    }
    let event: Value = serde_json::from_slice(&service.requests()[0].body).unwrap();
    assert_eq!((&event["version"], &event["identitySource"]), (&json!("2.0"), &json!(["t"])));
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:";
    assert!(event["routeArn"].as_str().unwrap().starts_with(arn), "{event}");
    assert!(event["routeArn"].as_str().unwrap().ends_with("/$default/POST/orders/7"), "{event}");
    // Nothing is kept where the document does not ask for it.
    assert_eq!(service.requests().len(), 4);
    assert_eq!(gateway.ask(Ask::post("/orders/7", "{}")).await.short(), (401, r#"{"message":"Unauthorized"}"#));
}

#[tokio::test]
async fn a_request_has_several_sources() {
    let service = answering(policy("Allow", "*"));
    let sources = "type: request, identitySource: 'method.request.header.X-Token, method.request.querystring.q'";
    let kept = gateway(&service, &rest_with(sources));
    assert_eq!(ask(&kept, "t").await.status, 401);
    let with = |q: &str| Ask::post(&format!("/orders/7?q={q}"), "{}").header("x-token", "t");
    for q in ["1", "1", "2"] {
        assert_eq!(kept.ask(with(q)).await.status, 200);
    }
    assert_eq!(service.requests().len(), 2 + 3);
    // Without a cache the sources do not matter.
    let every = gateway(&service, &rest_with(&format!("{sources}, authorizerResultTtlInSeconds: 0")));
    assert_eq!(ask(&every, "t").await.status, 200);
}

#[test]
fn what_cannot_be_enforced_is_refused() {
    let setup = Setup::with_lambda_at("http://127.0.0.1:1");
    let token = rest_with("type: token");
    for (document, expected) in [
        (token.replace("{gate: []}", "{gate: []}, {}"), "G0208 a choice between authorizers"),
        (token.replace("{gate: []}", "{gate: []}, {gate: []}"), "G0208 a choice between authorizers"),
        (token.replace("{gate: []}", "{gate: [], key: []}"), "G0208 the security scheme `key`"),
        (token.replace("in: header", "in: query"), "G0208 an authorizer whose token is not in a header"),
        (token.replace("authorizerUri", "uri"), "G0208 an authorizer without `authorizerUri`"),
        (rest_with("type: request, identitySource: method.request.body.a"), "G0208 an authorizer with this `identity"),
        (http_with("a: b"), "G0208 an authorizer without `authorizerPayloadFormatVersion`"),
        (http_with("authorizerPayloadFormatVersion: '3.0'"), "there is no payload format `3.0`"),
        (rest_with("type: token, authorizerResultTtlInSeconds: 9999"), "at most 3600 seconds"),
        (token.replace(GATE, "arn:aws:lambda:eu-west-1:1:function:gate"), "error"),
    ] {
        let found = setup.load(&document).findings();
        assert!(found.iter().any(|line| line.contains(": error ") && line.contains(expected)), "{expected}: {found:?}");
    }
}

#[tokio::test]
async fn an_answer_goes_into_mappings() {
    let service = answering(policy("Allow", "*"));
    let backend = TestServer::start(|_| json_reply(200, "{}"));
    let integration = format!(
        "type: http_proxy\nhttpMethod: GET\nuri: '{}'\nrequestParameters: {{integration.request.header.X-Who: \
         context.authorizer.principalId, integration.request.header.X-Tier: context.authorizer.tier}}",
        backend.url("/x")
    );
    let document = rest_with("type: token").replace(&rest(&proxy("")), &rest(&integration));
    assert_eq!(ask(&gateway(&service, &document), "t").await.status, 200);
    let sent = &backend.requests()[0];
    assert_eq!((sent.header("x-who"), sent.header("x-tier")), (Some("ann"), Some("3")));
}
