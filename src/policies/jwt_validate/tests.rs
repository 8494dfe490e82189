//! Tokens through the whole gateway: where keys come from, claims, attacks.

mod attacks;
mod documents;
mod encrypted;
mod issuers;

use serde_json::{Value, json};

use crate::test_support::keys::{NOW, RSA, RSA_PUBLIC, SECRET, claims, signed};
use crate::test_support::{Answer, Ask, Gateway, Setup, TestServer, document, json_reply};

/// A step with the secret in a property and the claims in the body.
fn gateway(properties: &str) -> Gateway {
    let text = format!(
        "properties: {{key: '{SECRET}'}}\nexecute:\n- jwt-validate: {{jws-jwk: key, output-claims: message.body, {properties}}}\n"
    );
    Setup::default().load(&document(&text)).serve_cleanly()
}

async fn ask(gateway: &Gateway, token: &str) -> Answer {
    gateway.ask(Ask::get("/example/7").header("authorization", &format!("Bearer {token}"))).await
}

/// Why a token is refused; `None` where it is not.
async fn refusal(gateway: &Gateway, token: &str) -> Option<String> {
    let answer = ask(gateway, token).await;
    if answer.status == 200 {
        return None;
    }
    assert_eq!((answer.status, answer.fault_name()), (500, Some("RuntimeError")), "{answer}");
    Some(answer.json()["moreInformation"].as_str().unwrap().to_owned())
}

fn with(change: Value) -> String {
    let mut all = claims();
    for (name, value) in change.as_object().unwrap() {
        all[name] = value.clone();
    }
    signed(&all, SECRET, "HS256")
}

#[tokio::test]
async fn the_claims_of_a_good_token_are_handed_on() {
    let gateway = gateway("");
    assert_eq!(ask(&gateway, &signed(&claims(), SECRET, "HS256")).await.json(), claims());
}

#[tokio::test]
async fn the_token_may_stand_with_its_scheme_or_without_and_in_any_variable() {
    let token = signed(&claims(), SECRET, "HS256");
    let bearer = gateway("");
    for header in [token.clone(), format!("bearer {token}"), format!("BEARER \t {token} "), format!("  {token}")] {
        let answer = bearer.ask(Ask::get("/example/7").header("authorization", &header)).await;
        assert_eq!(answer.status, 200, "{header}");
    }
    for header in [format!("Basic {token}"), format!("Bearer{token}"), "Bearer".to_owned(), "Bearer ".to_owned()] {
        let answer = bearer.ask(Ask::get("/example/7").header("authorization", &header)).await;
        assert_eq!(answer.status, 500, "{header}");
    }
    let body = gateway("jwt: message.body");
    assert_eq!(body.post(&token).await.json(), claims());
    for jwt in ["request.headers.x-token", "$(request.headers.x-token)", "request.headers['X-Token']"] {
        let named = gateway(&format!("jwt: \"{jwt}\""));
        assert_eq!(named.ask(Ask::get("/example/7").header("x-token", &token)).await.status, 200, "{jwt}");
    }
}

#[tokio::test]
async fn times_are_those_of_the_requests_arrival() {
    let (exact, lenient) = (gateway(""), gateway("clock-skew: 30"));
    let expired = Some("the token has expired");
    let early = Some("the token is not valid yet");
    for (claims, at_once, with_skew) in [
        (json!({"exp": NOW + 1}), None, None),
        (json!({"exp": NOW}), expired, None),
        (json!({"exp": NOW - 29}), expired, None),
        (json!({"exp": NOW - 30}), expired, expired),
        (json!({"exp": 0}), expired, expired),
        (json!({"exp": -1}), expired, expired),
        (json!({"exp": NOW as f64 + 0.5}), None, None),
        (json!({"exp": 1e300}), None, None),
        (json!({"nbf": NOW}), None, None),
        (json!({"nbf": NOW + 30}), early, None),
        (json!({"nbf": NOW + 31}), early, early),
        (json!({"iat": NOW + 60}), None, None),
        (
            json!({"iat": NOW + 61}),
            Some("the token was issued in the future"),
            Some("the token was issued in the future"),
        ),
        (
            json!({"exp": "9999999999"}),
            Some("the token's claim `exp` is not a number"),
            Some("the token's claim `exp` is not a number"),
        ),
        (
            json!({"nbf": null}),
            Some("the token's claim `nbf` is not a number"),
            Some("the token's claim `nbf` is not a number"),
        ),
    ] {
        assert_eq!(refusal(&exact, &with(claims.clone())).await.as_deref(), at_once, "{claims}");
        assert_eq!(refusal(&lenient, &with(claims.clone())).await.as_deref(), with_skew, "{claims}, 30 seconds");
    }
    // A token without times is good for ever, as its issuer says.
    assert_eq!(refusal(&exact, &signed(&json!({}), SECRET, "HS256")).await, None);
}

#[tokio::test]
async fn issuer_and_audience_match_as_a_whole() {
    let wrong = |name: &str| Some(format!("the token's claim `{name}` is not the one that is expected"));
    for (property, claims, expected) in [
        ("iss-claim: https://issuer.example", json!({}), None),
        ("iss-claim: '.*'", json!({}), None),
        ("iss-claim: ''", json!({}), None),
        ("iss-claim: issuer", json!({}), wrong("iss")),
        ("iss-claim: '(?i)HTTPS://ISSUER\\.example'", json!({}), None),
        ("iss-claim: '^https://(issuer|id)\\.example$'", json!({}), None),
        ("iss-claim: https://issuer.example", json!({"iss": "https://issuer.example.evil"}), wrong("iss")),
        ("iss-claim: 'a|https://issuer.example'", json!({"iss": "https://issuer.example.evil"}), wrong("iss")),
        ("iss-claim: '^a$|^https://issuer.example$'", json!({"iss": "a"}), None),
        ("iss-claim: '^a|b$'", json!({"iss": "ab"}), wrong("iss")),
        ("iss-claim: https://issuer.example", json!({"iss": "https://issuer.example\n"}), wrong("iss")),
        ("aud-claim: orders", json!({}), None),
        ("aud-claim: orders", json!({"aud": ["stock", "orders"]}), None),
        ("aud-claim: orders", json!({"aud": ["stock"]}), wrong("aud")),
        ("aud-claim: orders", json!({"aud": []}), wrong("aud")),
        ("aud-claim: orders", json!({"aud": {"orders": 1}}), wrong("aud")),
        ("aud-claim: '7'", json!({"aud": 7}), None),
        ("aud-claim: $(request.parameters.id)", json!({"aud": "7"}), None),
        ("aud-claim: $(request.parameters.id)", json!({"aud": "77"}), wrong("aud")),
    ] {
        let gateway = gateway(property);
        for _ in 0..2 {
            assert_eq!(refusal(&gateway, &with(claims.clone())).await, expected, "{property} {claims}");
        }
    }
    let none = signed(&json!({}), SECRET, "HS256");
    assert_eq!(refusal(&gateway("iss-claim: .*"), &none).await.as_deref(), Some("the token has no claim `iss`"));
}

#[tokio::test]
async fn the_reason_stands_where_handlers_read_it() {
    let text = format!(
        "properties: {{key: '{SECRET}'}}\nexecute:\n- jwt-validate: {{jws-jwk: key}}\ncatch:\n- errors: [RuntimeError]\n  execute:\n  \
         - set-variable: {{actions: [{{set: message.body, value: '$(jwt-validate.error-message) / $(error.message)'}}]}}\n"
    );
    let gateway = Setup::default().load(&document(&text)).serve_cleanly();
    let answer = ask(&gateway, "x").await;
    let reason = "the token is not of the form header.claims.signature";
    assert_eq!(answer.short(), (200, &*format!("{reason} / {reason}")));
}

#[tokio::test]
async fn a_key_may_be_an_object_a_text_a_set_or_the_body_of_an_answer() {
    let token = signed(&claims(), RSA, "RS512");
    let set = format!("{{\"keys\": [{SECRET}, {}]}}", RSA_PUBLIC.trim());
    for (name, value) in [("text", RSA_PUBLIC), ("set", &set)] {
        for kind in ["string", "any"] {
            let text = format!(
                "execute:\n- set-variable: {{actions: [{{set: key, value: '{}', type: {kind}}}]}}\n- jwt-validate: {{jws-jwk: key}}\n",
                value.trim()
            );
            let gateway = Setup::default().load(&document(&text)).serve_cleanly();
            for _ in 0..2 {
                assert_eq!(refusal(&gateway, &token).await, None, "{name} as {kind}");
            }
        }
    }
    let (body, public) = (json!({"key": RSA_PUBLIC}).to_string(), RSA_PUBLIC);
    for (jwk, body) in [("message.body", public), ("message", public), ("message.body.key", &*body)] {
        let text = format!("execute:\n- jwt-validate: {{jws-jwk: {jwk}}}\n");
        let gateway = Setup::default().load(&document(&text)).serve_cleanly();
        let ask = Ask::post("/example/7", body.to_owned()).header("authorization", &token);
        assert_eq!(gateway.ask(ask).await.status, 200, "{jwk}");
    }
    for (value, reason) in [
        ("", "the variable that `jws-jwk` names holds no key"),
        ("secret", "what `jws-jwk` names is no key: the JWK is not JSON"),
        (crate::test_support::keys::RSA_PUBLIC_PEM, "what `jws-jwk` names is no key: the JWK is not JSON"),
    ] {
        let gateway =
            Setup::default().load(&document("execute:\n- jwt-validate: {jws-jwk: message.body}\n")).serve_cleanly();
        let answer = gateway.ask(Ask::post("/example/7", value).header("authorization", &token)).await;
        assert_eq!(answer.json()["moreInformation"], reason);
    }
}

#[tokio::test]
async fn e22_a_function_sees_the_claims_of_a_token_that_was_validated() {
    for (payload, claims_at) in [("api-gateway-v1", "/claims"), ("api-gateway-v2", "/jwt/claims")] {
        let server = TestServer::start(|_| json_reply(200, "{}"));
        let text = format!(
            "properties: {{key: '{SECRET}'}}\nexecute:\n- jwt-validate: {{jws-jwk: key}}\n- lambda: {{function: f, payload: {payload}}}\n"
        );
        let gateway = Setup::with_lambda_at(server.url("/")).load(&document(&text)).serve_cleanly();
        assert_eq!(ask(&gateway, &signed(&claims(), SECRET, "HS256")).await.status, 200);
        let event: Value = serde_json::from_slice(&server.requests()[0].body).unwrap();
        assert_eq!(event.pointer(&format!("/requestContext/authorizer{claims_at}")), Some(&claims()), "{payload}");
    }
}
