//! Tokens of OAuth: introspected, or signed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::settings::Audience;
use crate::test_support::keys::{EC, NOW, RSA, RSA_PUBLIC, RSA_PUBLIC_PEM, SECRET, claims, signed};
use crate::value::{Seconds, Secret};

const SCHEME: &str = "token: {type: oauth2, x-ibm-oauth-provider: native}";

fn gateway(settings: OAuthProvider, scopes: &str) -> Gateway {
    setup(provider("native", settings)).load(&document(SCHEME, &format!("[{{token: [{scopes}]}}]"))).serve_cleanly()
}

fn active(more: &str) -> String {
    format!(r#"{{"active": true, "sub": "ann"{more}}}"#)
}

#[tokio::test]
async fn the_issuer_is_asked_about_a_token_once() {
    let server = issuer(|token, _| if token == "good" { active("") } else { r#"{"active": false}"#.to_owned() });
    let settings = OAuthProvider {
        client_id: Some("gate way".to_owned()),
        client_secret: Some(Secret::new("s:e")),
        ..introspects(&server.url("/introspect"))
    };
    let gateway = gateway(settings, "");
    for _ in 0..3 {
        assert_eq!(gateway.ask(with("Bearer good")).await.short(), (200, "|ann|good|"));
        let refused = gateway.ask(with("Bearer bad")).await;
        assert_eq!(refused.short(), (401, REFUSED));
        assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    }
    let asked = server.requests();
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[0].method.as_str(), asked[0].target.as_str()), ("POST", "/introspect"));
    assert_eq!(asked[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(String::from_utf8_lossy(&asked[0].body), "token=good&token_type_hint=access_token");
    // printf %s 'gate%20way:s%3Ae' | base64
    assert_eq!(asked[0].header("authorization"), Some("Basic Z2F0ZSUyMHdheTpzJTNBZQ=="));
}

#[tokio::test]
async fn answers_are_kept_no_longer_than_the_issuer_and_the_settings_allow() {
    for (more, headers, ttl, expected) in
        [("", "", 60, 1), ("", "", 0, 3), ("", "no-store", 60, 3), ("", "max-age=0", 60, 3), ("", "max-age=100", 60, 1)]
    {
        let server = TestServer::start(move |_| {
            let headers = vec![("content-type", "application/json".to_owned()), ("cache-control", headers.to_owned())];
            Reply::Reply(200, headers, active(more).into_bytes())
        });
        let gateway = gateway(OAuthProvider { cache_ttl: Seconds::new(ttl), ..introspects(&server.url("/")) }, "");
        for _ in 0..3 {
            assert_eq!(gateway.ask(with("Bearer good")).await.status, 200);
        }
        assert_eq!(server.requests().len(), expected, "{more} {headers} {ttl}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_clearly_yes_is_no() {
    for answer in [
        "{}".to_owned(),
        r#"{"active": "true"}"#.to_owned(),
        r#"{"active": 1}"#.to_owned(),
        active(&format!(r#", "exp": {NOW}"#)),
        active(&format!(r#", "nbf": {}"#, NOW + 1)),
        active(r#", "exp": "soon""#),
    ] {
        let said = answer.clone();
        let server = issuer(move |_, _| said.clone());
        assert_eq!(gateway(introspects(&server.url("/")), "").ask(with("Bearer x")).await.status, 401, "{answer}");
    }
    for answer in [r#"{"active": true, "active": false}"#, "[true]", "", "yes"] {
        let server = issuer(move |_, _| answer.to_owned());
        assert_eq!(gateway(introspects(&server.url("/")), "").ask(with("Bearer x")).await.status, 503, "{answer}");
    }
    let server = TestServer::start(|_| Reply::Reply(401, vec![], vec![]));
    let refused = gateway(introspects(&server.url("/")), "").ask(with("Bearer x")).await;
    assert_eq!((refused.status, refused.fault_name()), (503, Some("ConnectionError")), "the gateway's own credentials");
    assert!(refused.header("www-authenticate").is_none());
}

#[tokio::test]
async fn many_requests_with_one_token_ask_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let (open, gate) = std::sync::mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    // The issuer answers when it is told to, so that all requests are there before it does. It forbids to keep the answer.
    let server = TestServer::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let _ = gate.lock().unwrap().recv_timeout(std::time::Duration::from_secs(20));
        Reply::Reply(200, vec![("cache-control", "no-store".to_owned())], active("").into_bytes())
    });
    let gateway = gateway(introspects(&server.url("/")), "");
    let all = futures_util::future::join_all((0..20).map(|_| gateway.ask(with("Bearer good"))));
    let opening = async {
        while asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        open.send(()).unwrap();
    };
    let (answers, ()) = tokio::join!(all, opening);
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn scopes_that_are_missing_are_forbidden() {
    for (scopes, said, expected) in [
        ("read, write", r#", "scope": "write admin read""#, 200),
        ("read, write", r#", "scp": ["read", "write"]"#, 200),
        ("read", r#", "scope": ["read"]"#, 200),
        ("read, write", r#", "scope": "read""#, 403),
        ("read", r#", "scope": "reader""#, 403),
        ("read", "", 403),
        ("read", r#", "scope": 7"#, 403),
        ("", "", 200),
    ] {
        let server = issuer(move |_, _| active(said));
        let answer = gateway(introspects(&server.url("/")), scopes).ask(with("Bearer x")).await;
        assert_eq!(answer.status, expected, "{scopes} {said}");
        if expected == 403 {
            let header = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", scopes.replace(", ", " "));
            assert_eq!(answer.header("www-authenticate"), Some(&*header));
            assert_eq!(
                (answer.fault_name(), answer.json()["httpCode"].as_str()),
                (Some("ForbiddenError"), Some("403"))
            );
        }
    }
}

#[tokio::test]
async fn documents_name_their_introspection_themselves() {
    let server = issuer(|_, _| active(""));
    for scheme in [
        (format!("token: {{type: oauth2, x-tokenIntrospect: {{url: '{}'}}}}", server.url("/"))),
        (format!("token: {{type: oauth2, x-tokenintrospect: '{}'}}", server.url("/"))),
    ] {
        let gateway = Setup::default().load(&document(&scheme, "[{token: []}]")).serve_cleanly();
        assert_eq!(gateway.ask(with("Bearer x")).await.status, 200, "{scheme}");
    }
    // The settings know better: a provider under the scheme's own name.
    let other = issuer(|_, _| r#"{"active": false}"#.to_owned());
    let scheme = format!("token: {{type: oauth2, x-tokenIntrospect: {{url: '{}'}}}}", server.url("/"));
    let gateway = setup(provider("token", introspects(&other.url("/"))))
        .load(&document(&scheme, "[{token: []}]"))
        .serve_cleanly();
    assert_eq!(gateway.ask(with("Bearer x")).await.status, 401);
}

/// An issuer with these keys at `/keys` and its discovery document where it belongs.
pub(super) fn with_keys(keys: &'static str) -> TestServer {
    let address = Arc::new(std::sync::OnceLock::<String>::new());
    let own = address.clone();
    let server = TestServer::start(move |request| match request.target.as_str() {
        "/keys" => json_reply(200, &format!(r#"{{"keys": [{keys}]}}"#)),
        "/.well-known/openid-configuration" => {
            let base = own.get().cloned().unwrap_or_default();
            json_reply(200, &json!({"issuer": base, "jwks_uri": format!("{base}/keys")}).to_string())
        }
        _ => Reply::Reply(404, vec![], vec![]),
    });
    address.set(server.url("")).unwrap();
    server
}

fn signed_by(url: &str) -> OAuthProvider {
    OAuthProvider {
        jwks_url: Some(url.to_owned()),
        issuer: Some("https://issuer.example".to_owned()),
        audience: Audience::One("orders".to_owned()),
        ..OAuthProvider::default()
    }
}

fn changed(name: &str, value: Value) -> Value {
    let mut all = claims();
    match value {
        Value::Null => drop(all.as_object_mut().unwrap().remove(name)),
        value => all[name] = value,
    }
    all
}

#[tokio::test]
async fn signed_tokens_are_verified_with_the_keys_of_their_issuer() {
    let server = with_keys(RSA_PUBLIC);
    let gateway = gateway(signed_by(&server.url("/keys")), "read");
    let send = async |claims: &Value, key: &str, algorithm: &str| {
        gateway.ask(with(&format!("Bearer {}", signed(claims, key, algorithm)))).await.status
    };
    let good = changed("scope", json!("read"));
    assert_eq!(send(&good, RSA, "RS256").await, 200);
    assert_eq!(send(&good, RSA, "PS512").await, 200);
    assert_eq!(send(&claims(), RSA, "RS256").await, 403, "no scope");
    assert_eq!(send(&good, EC[0][0], "ES256").await, 401, "another key");
    for (name, value) in [
        ("iss", json!("https://issuer.example.evil")),
        ("iss", Value::Null),
        ("aud", json!("others")),
        ("aud", json!(["others"])),
        ("aud", Value::Null),
        ("exp", json!(NOW)),
        ("exp", Value::Null),
        ("nbf", json!(NOW + 10)),
    ] {
        let mut wrong = good.clone();
        match value.clone() {
            Value::Null => drop(wrong.as_object_mut().unwrap().remove(name)),
            value => wrong[name] = value,
        }
        assert_eq!(send(&wrong, RSA, "RS256").await, 401, "{name}: {value}");
    }
    assert_eq!(server.requests().len(), 1, "the keys are kept");
}

#[tokio::test]
async fn tokens_that_lie_about_their_signature_are_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    // Even an issuer that publishes a shared secret gets no token in with it.
    let server = with_keys(Box::leak(format!("{RSA_PUBLIC},{SECRET}").into_boxed_str()));
    let gateway = gateway(signed_by(&server.url("/keys")), "");
    let public_as_secret = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode(RSA_PUBLIC_PEM)}).to_string();
    let good = signed(&claims(), RSA, "RS256");
    let parts: Vec<&str> = good.split('.').collect();
    let none = |name: &str| format!("{}.{}.", URL_SAFE_NO_PAD.encode(json!({"alg": name}).to_string()), parts[1]);
    for token in [
        signed(&claims(), &public_as_secret, "HS256"),
        signed(&claims(), SECRET, "HS512"),
        none("none"),
        none("None"),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims().to_string() + " "), parts[2]),
        "a.b.c.d.e".to_owned(),
    ] {
        let refused = gateway.ask(with(&format!("Bearer {token}"))).await;
        assert_eq!(refused.short(), (401, REFUSED), "{token}");
    }
    assert_eq!(gateway.ask(with(&format!("Bearer {good}"))).await.status, 200);
}

#[tokio::test]
async fn key_ids_that_nobody_knows_do_not_flood_the_issuer() {
    let server = with_keys(RSA_PUBLIC);
    let gateway = gateway(signed_by(&server.url("/keys")), "");
    for number in 0..50 {
        let mut key: Value = serde_json::from_str(RSA).unwrap();
        key["kid"] = json!(format!("made-up-{number}"));
        let token = signed(&claims(), &key.to_string(), "RS256");
        assert_eq!(gateway.ask(with(&format!("Bearer {token}"))).await.status, 401);
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn issuers_say_themselves_where_their_keys_are() {
    let server = with_keys(RSA_PUBLIC);
    let token = |issuer: &str| format!("Bearer {}", signed(&changed("iss", json!(issuer)), RSA, "RS256"));
    let by_issuer = OAuthProvider { issuer: Some(server.url("")), ..OAuthProvider::default() };
    let of_settings = gateway(by_issuer, "");
    let url = server.url("/.well-known/openid-configuration");
    let scheme = format!("token: {{type: openIdConnect, openIdConnectUrl: '{url}'}}");
    let of_document = Setup::default().load(&document(&scheme, "[{token: []}]")).serve_cleanly();
    for gateway in [of_settings, of_document] {
        for _ in 0..3 {
            assert_eq!(gateway.ask(with(&token(&server.url("")))).await.status, 200);
        }
        assert_eq!(gateway.ask(with(&token("https://issuer.example"))).await.status, 401);
    }
    assert_eq!(server.requests().len(), 4, "document and keys, for two gateways");
    // A document of somebody else is not believed.
    let wrong = OAuthProvider { issuer: Some(format!("{}/", server.url(""))), ..OAuthProvider::default() };
    assert_eq!(gateway(wrong, "").ask(with(&token(&server.url("")))).await.status, 503);
}

#[tokio::test]
async fn nothing_of_a_token_is_told() {
    let server = TestServer::start(|_| Reply::Reply(500, vec![], vec![]));
    for gateway in [gateway(introspects(&server.url("/")), ""), gateway(signed_by(&server.url("/")), "")] {
        let refused = gateway.ask(with("Bearer canary.canary.canary")).await;
        let fault = refused.fault.as_ref().unwrap();
        assert!(!format!("{refused}{fault:?}").contains("canary"), "{refused} {fault:?}");
    }
}
