//! Keys at a URL.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::test_support::keys::EC;
use crate::test_support::{Reply, TestServer, json_reply};

const REFUSED: &str = "no key fits the token's algorithm and key id";

fn load(issuer: &TestServer) -> Gateway {
    let text = format!("execute:\n- jwt-validate: {{jwks-url: {}}}\n", issuer.url("/keys"));
    Setup::default().load(&document(&text)).serve_cleanly()
}

fn set(keys: &[&str]) -> String {
    format!("{{\"keys\":[{}]}}", keys.join(","))
}

/// Lets this much time go by, for timers and not for the test.
async fn later(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
}

#[tokio::test]
async fn many_requests_at_once_ask_the_issuer_once() {
    let issuer = TestServer::start(|_| json_reply(200, &set(&[RSA_PUBLIC])));
    let gateway = Arc::new(load(&issuer));
    let token = signed(&claims(), RSA, "RS256");
    let asks = (0..20).map(|_| ask(&gateway, &token));
    for answer in futures_util::future::join_all(asks).await {
        assert_eq!(answer.status, 200);
    }
    assert_eq!(issuer.requests().len(), 1);
    assert_eq!(issuer.requests()[0].target, "/keys");
}

#[tokio::test]
async fn key_ids_that_are_made_up_do_not_reach_the_issuer() {
    let issuer = TestServer::start(|_| json_reply(200, &set(&[RSA_PUBLIC])));
    let gateway = load(&issuer);
    for number in 0..10 {
        let key = SECRET.replace("hs-1", &format!("made-up-{number}"));
        assert_eq!(refusal(&gateway, &signed(&claims(), &key, "HS256")).await.as_deref(), Some(REFUSED));
    }
    assert_eq!(issuer.requests().len(), 1);
    // A text that is no token at all never asks.
    assert!(refusal(&load(&issuer), "x.y.z").await.is_some());
    assert_eq!(issuer.requests().len(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let calls = AtomicUsize::new(0);
    let issuer = TestServer::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => json_reply(200, &set(&[RSA_PUBLIC])),
        _ => json_reply(200, &set(&[EC[0][0]])),
    });
    let gateway = load(&issuer);
    let (old, new) = (signed(&claims(), RSA, "RS256"), signed(&claims(), EC[0][0], "ES256"));
    assert_eq!(refusal(&gateway, &old).await, None);
    assert_eq!(refusal(&gateway, &new).await.as_deref(), Some(REFUSED));
    later(Duration::from_secs(31)).await;
    assert_eq!(refusal(&gateway, &new).await, None);
    // The key that the issuer has taken back is gone.
    assert_eq!(refusal(&gateway, &old).await.as_deref(), Some(REFUSED));
    assert_eq!(issuer.requests().len(), 2);
}

#[tokio::test]
async fn keys_are_kept_as_long_as_the_issuer_says_and_survive_a_reload() {
    let issuer = TestServer::start(|_| {
        let headers = vec![("cache-control", "public, max-age=300".to_owned())];
        Reply::Reply(200, headers, set(&[RSA_PUBLIC]).into_bytes())
    });
    let text = format!("execute:\n- jwt-validate: {{jwks-url: {}}}\n", issuer.url("/keys"));
    let setup = Setup::default();
    let gateway = setup.load(&document(&text)).serve_cleanly();
    let token = signed(&claims(), RSA, "RS256");
    assert_eq!(refusal(&gateway, &token).await, None);
    let gateway = setup.reload(gateway, &format!("{text}- set-variable: {{actions: []}}\n"));
    later(Duration::from_secs(299)).await;
    assert_eq!(refusal(&gateway, &token).await, None);
    assert_eq!(issuer.requests().len(), 1);
    later(Duration::from_secs(2)).await;
    assert_eq!(refusal(&gateway, &token).await, None);
    assert_eq!(issuer.requests().len(), 2);
}

#[tokio::test]
async fn an_issuer_that_fails_is_left_alone_for_a_while() {
    let calls = AtomicUsize::new(0);
    let issuer = TestServer::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Reply(503, vec![("retry-after", "120".to_owned())], Vec::new()),
        _ => json_reply(200, &set(&[RSA_PUBLIC])),
    });
    let gateway = load(&issuer);
    let token = signed(&claims(), RSA, "RS256");
    let reason = Some("the issuer's keys: the answer has the status 503");
    for _ in 0..3 {
        assert_eq!(refusal(&gateway, &token).await.as_deref(), reason);
    }
    later(Duration::from_secs(100)).await;
    assert_eq!(refusal(&gateway, &token).await.as_deref(), reason);
    assert_eq!(issuer.requests().len(), 1);
    later(Duration::from_secs(21)).await;
    assert_eq!(refusal(&gateway, &token).await, None);
}

#[tokio::test]
async fn keys_stay_good_for_a_while_where_the_issuer_stops_answering() {
    let calls = AtomicUsize::new(0);
    let issuer = TestServer::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => json_reply(200, &set(&[RSA_PUBLIC])),
        _ => json_reply(500, "{}"),
    });
    let gateway = load(&issuer);
    let token = signed(&claims(), RSA, "RS256");
    assert_eq!(refusal(&gateway, &token).await, None);
    later(Duration::from_secs(700)).await;
    assert_eq!(refusal(&gateway, &token).await, None);
    assert_eq!(refusal(&gateway, &token).await, None);
    assert_eq!(issuer.requests().len(), 2);
    later(Duration::from_secs(3600)).await;
    assert!(refusal(&gateway, &token).await.is_some());
}

#[tokio::test]
async fn what_is_no_key_set_is_refused_and_never_read_without_end() {
    let moved = || vec![("location", "http://127.0.0.1:9/".to_owned())];
    for (status, body, words) in [
        (200, "<html>".to_owned(), "the JWK is not JSON"),
        (200, "{\"keys\":[]}".to_owned(), "the set has no key that can be used"),
        (200, " ".repeat(300_000), "larger than 256 KiB"),
        (404, "{}".to_owned(), "the status 404"),
        (302, String::new(), "the status 302"),
    ] {
        let issuer = TestServer::start(move |_| Reply::Reply(status, moved(), body.clone().into_bytes()));
        let reason = refusal(&load(&issuer), &signed(&claims(), RSA, "RS256")).await.unwrap();
        assert!(reason.contains(words), "{reason}");
    }
}
