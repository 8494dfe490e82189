//! Answers that are kept.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Bench, lambda, reply};
use crate::test_support::{Ask, Setup, TestServer, document};

/// A function whose first answer is `1` and whose second is `2`.
fn counting(properties: &str) -> Bench {
    let count = AtomicUsize::new(0);
    Bench::answering(&lambda(properties), move |_| {
        reply(200, &[], &(count.fetch_add(1, Ordering::SeqCst) + 1).to_string())
    })
}

impl Bench {
    fn calls(&self) -> usize {
        self.service.requests().len()
    }

    fn pass(&self, seconds: u64) {
        self.gateway.resources.cache().pass(seconds);
    }
}

const A_MINUTE: &str = "function: orders, cache: {time-to-live: 60}";

#[tokio::test]
async fn equal_payloads_run_the_function_once() {
    let bench = counting(A_MINUTE);
    let first = bench.gateway.post(r#"{"a": 1}"#).await;
    bench.pass(20);
    let second = bench.gateway.post(r#"{"a": 1}"#).await;
    assert_eq!((first.short(), second.short()), ((200, "1"), (200, "1")));
    assert_eq!((first.header("age"), second.header("content-type")), (None, Some("application/json")));
    let age: u64 = second.header("age").unwrap().parse().unwrap();
    assert!((20..60).contains(&age), "{age}");
    assert_eq!(bench.gateway.post(r#"{"a": 2}"#).await.text(), "2");
    bench.pass(61);
    assert_eq!(bench.gateway.post(r#"{"a": 1}"#).await.text(), "3");
}

#[tokio::test]
async fn without_the_property_nothing_is_kept() {
    let bench = counting("function: orders");
    for expected in ["1", "2"] {
        assert_eq!(bench.gateway.post("{}").await.text(), expected);
    }
}

#[tokio::test]
async fn a_key_takes_the_place_of_the_payload() {
    let bench = counting("function: orders, cache: {time-to-live: 60, key: $(message.body.id)}");
    for (body, expected) in [
        (r#"{"id": 1, "x": 1}"#, "1"),
        (r#"{"id": 1, "x": 2}"#, "1"),
        (r#"{"id": 2}"#, "2"),
        // Nothing in the key tells these two apart.
        ("{}", "3"),
        ("{}", "4"),
    ] {
        assert_eq!(bench.gateway.post(body).await.text(), expected, "{body}");
    }
}

#[tokio::test]
async fn what_failed_is_not_kept() {
    let count = AtomicUsize::new(0);
    let bench = Bench::answering(&lambda(&format!("{A_MINUTE}, stop-on-error: []")), move |_| {
        match count.fetch_add(1, Ordering::SeqCst) {
            0 => reply(200, &[("x-amz-function-error", "Unhandled")], r#"{"errorMessage": "no"}"#),
            1 => reply(200, &[("x-amz-function-error", "Handled")], r#"{"errorMessage": "no"}"#),
            2 => reply(429, &[("x-amzn-errortype", "TooManyRequestsException")], "{}"),
            3 => reply(500, &[("x-amzn-errortype", "ServiceException")], "{}"),
            _ => reply(200, &[], "good"),
        }
    });
    for status in [502, 502, 429, 503, 200, 200] {
        assert_eq!(bench.gateway.post("{}").await.status, status);
    }
    assert_eq!(bench.calls(), 5);
}

#[tokio::test]
async fn of_proxy_responses_only_success_is_kept() {
    for (answer, calls) in [
        (r#"{"statusCode": 200, "body": "x"}"#, 1),
        (r#"{"statusCode": 201, "body": "x"}"#, 1),
        (r#"{"statusCode": 404, "body": "x"}"#, 2),
        (r#"{"statusCode": 500, "body": "x"}"#, 2),
        (r#"{"statusCode": 301, "headers": {"location": "/x"}}"#, 2),
        (r#"{"statusCode": 200, "headers": {"cache-control": "no-store"}}"#, 2),
        (r#"{"statusCode": 200, "headers": {"cache-control": "private"}}"#, 2),
        (r#"{"statusCode": 200, "headers": {"cache-control": "no-cache, max-age=0"}}"#, 1),
        (r#"{"statusCode": "broken"}"#, 2),
    ] {
        let bench = Bench::answering(&lambda(&format!("{A_MINUTE}, response: proxy")), |_| reply(200, &[], answer));
        let (first, second) = (bench.gateway.post("{}").await, bench.gateway.post("{}").await);
        assert_eq!((first.status, first.body), (second.status, second.body), "{answer}");
        assert_eq!(bench.calls(), calls, "{answer}");
    }
}

#[tokio::test]
async fn a_cookie_goes_to_the_first_client_only() {
    let answer = r#"{"statusCode": 200, "headers": {"x-kept": "1"}, "cookies": ["a=b"]}"#;
    let bench = Bench::answering(&lambda(&format!("{A_MINUTE}, response: proxy")), |_| reply(200, &[], answer));
    let (first, second) = (bench.gateway.post("{}").await, bench.gateway.post("{}").await);
    assert_eq!((first.header("set-cookie"), first.header("x-kept")), (Some("a=b"), Some("1")));
    assert_eq!((second.header("set-cookie"), second.header("x-kept")), (None, Some("1")));
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn an_event_with_authorization_is_not_answered_from_the_cache() {
    let key = "cache: {time-to-live: 60, key: $(request.path)}";
    let bench = counting(&format!("function: orders, payload: api-gateway-v2, {key}"));
    let plain = || Ask::get("/example/7").header("x-a", "1");
    for (ask, calls) in [
        (plain(), 1),
        (plain(), 1),
        (plain().header("authorization", "a"), 2),
        (plain().header("authorization", "a"), 3),
        (plain(), 3),
        (Ask::get("/example/8"), 4),
    ] {
        bench.gateway.ask(ask).await;
        assert_eq!(bench.calls(), calls);
    }
    // A function that gets the body alone does not see who asks.
    let bench = counting(A_MINUTE);
    for _ in 0..2 {
        bench.gateway.ask(Ask::post("/example/7", "{}").header("authorization", "a")).await;
    }
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn steps_share_answers_only_where_they_call_alike() {
    let other = "aws-access-key-id: AKIDOTHER, aws-secret-access-key: '${SECRET}'";
    for (first, second, calls) in [
        (A_MINUTE.to_owned(), A_MINUTE.to_owned(), 1),
        (A_MINUTE.to_owned(), "function: other, cache: {time-to-live: 60}".to_owned(), 2),
        (A_MINUTE.to_owned(), format!("{A_MINUTE}, qualifier: prod"), 2),
        (A_MINUTE.to_owned(), format!("{A_MINUTE}, region: eu-central-1"), 2),
        (A_MINUTE.to_owned(), format!("{A_MINUTE}, response: proxy"), 2),
        (A_MINUTE.to_owned(), format!("{A_MINUTE}, {other}"), 2),
        (A_MINUTE.to_owned(), "function: orders, cache: {time-to-live: 61}".to_owned(), 2),
    ] {
        let service = TestServer::start(|_| reply(200, &[], r#"{"statusCode": 200}"#));
        let text = |path: &str, properties: &str| document(&lambda(properties)).replace("/example/{id}", path);
        let setup = Setup::with_lambda_at(service.url("")).env("SECRET", "x");
        let gateway = setup.load_files(&[("a.yaml", &text("/a", &first)), ("b.yaml", &text("/b", &second))]).serve();
        for path in ["/a", "/b", "/a", "/b"] {
            assert_eq!(gateway.ask(Ask::post(path, "{}")).await.status, 200);
        }
        assert_eq!(service.requests().len(), calls, "{first} | {second}");
    }
}

#[tokio::test]
async fn an_answer_for_a_variable_is_kept_too() {
    let text = "
execute:
  - lambda: {function: f, output: price, cache: {time-to-live: 60}}
  - lambda: {function: f, output: again, cache: {time-to-live: 60}}
  - set-variable: {actions: [{set: message.body, value: $(price.body.n) $(again.body.n)}]}";
    let bench = Bench::answering(text, |_| reply(200, &[], r#"{"n": 42}"#));
    assert_eq!(bench.gateway.post("{}").await.text(), "42 42");
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn settings_without_room_keep_nothing() {
    let service = TestServer::start(|_| reply(200, &[], "1"));
    let setup = Setup::with_lambda_at(service.url("")).settings(|settings| settings.cache.bytes = 0);
    let gateway = setup.assembly(&lambda(A_MINUTE)).serve_cleanly();
    gateway.post("{}").await;
    gateway.post("{}").await;
    assert_eq!(service.requests().len(), 2);
}

#[tokio::test]
async fn who_traces_a_call_is_nothing_to_the_cache() {
    let bench = counting(A_MINUTE);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let ask = || Ask::post("/example/1", "{}");
    assert_eq!(bench.gateway.ask(ask()).await.text(), "1");
    assert_eq!(bench.gateway.ask(ask().header("traceparent", trace)).await.text(), "1");
    assert_eq!(bench.calls(), 1);
}
