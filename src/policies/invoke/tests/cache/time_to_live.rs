//! `time-to-live`: the author says how long.

use super::{Bench, Headers, ask, caching, validating};
use crate::test_support::Ask;

const A_WHILE: &str = "cache-response: time-to-live, cache-ttl: 100";

/// The service's response, the time between two calls, and how many of them reach the service.
const RESPONSES: &[(u16, Headers, u64, usize)] = &[
    (200, &[], 0, 1),
    (200, &[], 60, 1),
    (200, &[], 101, 2),
    (200, &[("cache-control", "max-age=600")], 101, 2),
    (200, &[("cache-control", "no-cache, max-age=0, must-revalidate"), ("pragma", "no-cache")], 0, 1),
    (200, &[("expires", "0"), ("age", "600")], 0, 1),
    (201, &[], 0, 1),
    // Headers that forbid it
    (200, &[("cache-control", "no-store")], 0, 2),
    (200, &[("cache-control", "Private")], 0, 2),
    (200, &[("vary", "*")], 0, 2),
    // Only success is kept.
    (206, &[], 0, 2),
    (301, &[("cache-control", "max-age=60")], 0, 2),
    (404, &[("cache-control", "max-age=60")], 0, 2),
    (500, &[], 0, 2),
];

#[tokio::test]
async fn success_is_kept_for_the_time() {
    for (status, headers, seconds, calls) in RESPONSES {
        let bench = Bench::counting(&caching(A_WHILE), *status, headers);
        bench.ask(&[]).await;
        bench.pass(*seconds);
        let second = bench.ask(&[]).await;
        assert_eq!(second.short(), (*status, &*calls.to_string()), "{status} {headers:?} after {seconds} s");
        assert_eq!(bench.calls(), *calls, "{status} {headers:?} after {seconds} s");
    }
}

/// The headers of two clients, and how many of their calls reach the service.
const REQUESTS: &[(Headers, Headers, usize)] = &[
    (&[], &[("cache-control", "no-cache, max-age=0"), ("pragma", "no-cache")], 1),
    (&[("cache-control", "no-store")], &[], 2),
    (&[("authorization", "a")], &[("authorization", "a")], 2),
    (&[], &[("authorization", "a")], 2),
    (&[("cookie", "a")], &[("cookie", "b")], 2),
    (&[("x-api-key", "a")], &[("x-api-key", "b")], 2),
    (&[], &[("range", "bytes=0-1")], 2),
    (&[("accept", "a")], &[("accept", "b")], 2),
    (&[("x-other", "a")], &[("x-other", "b")], 1),
];

#[tokio::test]
async fn clients_cannot_shorten_the_time() {
    for (first, second, calls) in REQUESTS {
        let bench = Bench::counting(&caching(A_WHILE), 200, &[("vary", "accept")]);
        bench.ask(first).await;
        bench.ask(second).await;
        assert_eq!(bench.calls(), *calls, "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn a_cookie_goes_to_the_first_client_only() {
    let bench = Bench::counting(&caching(A_WHILE), 200, &[("set-cookie", "session=1"), ("x-kept", "1")]);
    let (first, second) = (bench.ask(&[]).await, bench.ask(&[]).await);
    assert_eq!((first.header("set-cookie"), first.header("x-kept")), (Some("session=1"), Some("1")));
    assert_eq!((second.header("set-cookie"), second.header("x-kept")), (None, Some("1")));
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn what_has_a_tag_is_asked_about_when_its_time_is_over() {
    let bench = Bench::answering(&caching(A_WHILE), validating("\"a\"", &[("etag", "\"a\"")], &[]));
    for calls in [1, 1, 2, 2, 3] {
        assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
        assert_eq!(bench.calls(), calls);
        bench.pass(60);
    }
}

#[tokio::test]
async fn the_default_is_a_quarter_of_an_hour() {
    let bench = Bench::counting(&caching("cache-response: time-to-live"), 200, &[]);
    for (seconds, calls) in [(0, 1), (800, 1), (101, 2)] {
        bench.pass(seconds);
        bench.ask(&[]).await;
        assert_eq!(bench.calls(), calls);
    }
}

#[tokio::test]
async fn answers_to_post_and_put_are_kept_where_asked() {
    let kept = format!("{A_WHILE}, cache-putpost-response: true");
    for (properties, calls) in [(A_WHILE, [1, 2, 3, 4, 5, 6]), (&kept, [1, 1, 2, 3, 3, 4])] {
        let bench = Bench::counting(&caching(properties), 200, &[]);
        let asks = [
            Ask::post("/example/7", "a"),
            Ask::post("/example/7", "a"),
            Ask::post("/example/7", "b"),
            Ask::post("/example/7", "a").verb("PUT"),
            Ask::post("/example/7", "a").verb("PUT").chunked(&["a"]),
            Ask::post("/example/7", "a").verb("PATCH"),
        ];
        for (ask, calls) in asks.into_iter().zip(calls) {
            bench.gateway.ask(ask).await;
            assert_eq!(bench.calls(), calls, "{properties}");
        }
        for seen in bench.service.requests() {
            assert!(matches!(&*seen.body, b"a" | b"b"), "{seen:?}");
        }
    }
}

#[tokio::test]
async fn a_post_that_is_not_kept_drops_the_get() {
    let bench = Bench::counting(&caching(A_WHILE), 200, &[]);
    bench.gateway.ask(ask(&[])).await;
    bench.gateway.ask(Ask::post("/example/7", "a")).await;
    bench.gateway.ask(ask(&[])).await;
    assert_eq!(bench.calls(), 3);
}

#[tokio::test]
async fn what_is_read_is_decoded_from_the_cache_too() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(br#"{"answer": 42}"#).unwrap();
    let body = encoder.finish().unwrap();
    let text = format!(
        "
execute:
  - invoke: {{target-url: '${{UPSTREAM}}', {A_WHILE}, output: reply}}
  - set-variable: {{actions: [{{set: message.body, value: 'it is $(reply.body.answer)'}}]}}"
    );
    let bench = Bench::answering(&text, move |_| {
        let headers = [("content-encoding", "gzip".to_owned()), ("content-type", "application/json".to_owned())];
        crate::test_support::Reply::Reply(200, headers.to_vec(), body.clone())
    });
    for _ in 0..2 {
        assert_eq!(bench.ask(&[("accept-encoding", "gzip")]).await.text(), "it is 42");
    }
    assert_eq!(bench.calls(), 1);
}
