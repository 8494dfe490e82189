//! RFC 9111: what the service's and the client's headers say.

use super::{Bench, Headers, ask, caching, validating};
use crate::test_support::{Ask, Reply};

const A_MINUTE: Headers = &[("cache-control", "max-age=60")];

/// The service's response, the time between two calls, and how many of them reach the service.
const RESPONSES: &[(u16, Headers, u64, usize)] = &[
    // Nothing is guessed.
    (200, &[], 0, 2),
    (200, &[("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")], 0, 2),
    (200, &[("etag", "\"a\"")], 0, 2),
    (200, &[("cache-control", "immutable")], 0, 2),
    // max-age, s-maxage, Expires
    (200, A_MINUTE, 20, 1),
    (200, A_MINUTE, 61, 2),
    (200, &[("cache-control", "Public, Max-Age=60")], 20, 1),
    (200, &[("cache-control", "max-age=99999999999999999999")], 20, 1),
    (200, &[("cache-control", "max-age=soon"), ("expires", "now+60")], 0, 2),
    (200, &[("cache-control", "max-age=10, s-maxage=100")], 50, 1),
    (200, &[("cache-control", "max-age=100, s-maxage=10")], 50, 2),
    (200, &[("expires", "now+100"), ("date", "now")], 20, 1),
    (200, &[("expires", "now+100"), ("date", "now")], 130, 2),
    (200, &[("expires", "now-10"), ("date", "now")], 0, 2),
    (200, &[("expires", "0")], 0, 2),
    (200, &[("expires", "now+100"), ("cache-control", "max-age=10")], 50, 2),
    // Age
    (200, &[("cache-control", "max-age=100"), ("age", "70")], 0, 1),
    (200, &[("cache-control", "max-age=100"), ("age", "70")], 50, 2),
    (200, &[("cache-control", "max-age=100"), ("age", "18446744073709551615")], 0, 2),
    (200, &[("cache-control", "max-age=100"), ("age", "99999999999999999999999")], 0, 2),
    (200, &[("cache-control", "max-age=100"), ("date", "now-200")], 0, 2),
    (200, &[("cache-control", "max-age=100"), ("date", "now-10")], 20, 1),
    // Headers that forbid it
    (200, &[("cache-control", "no-store, max-age=60")], 0, 2),
    (200, &[("cache-control", "NO-STORE"), ("expires", "now+60")], 0, 2),
    (200, &[("cache-control", "private, max-age=60")], 0, 2),
    (200, &[("cache-control", "private=\"x\", max-age=60")], 0, 2),
    (200, &[("cache-control", "no-cache, max-age=60")], 0, 2),
    (200, &[("pragma", "no-cache"), ("expires", "now+60")], 0, 2),
    (200, &[("cache-control", "max-age=60, proxy-revalidate")], 61, 2),
    (200, &[("cache-control", "max-age=60, must-revalidate")], 20, 1),
    (200, &[("cache-control", "max-age=60, must-revalidate")], 61, 2),
    (200, &[("cache-control", "max-age=60"), ("set-cookie", "a=b")], 0, 2),
    (200, &[("cache-control", "public, max-age=60"), ("set-cookie", "a=b")], 0, 2),
    (200, &[("cache-control", "max-age=60"), ("vary", "*")], 0, 2),
    (200, &[("cache-control", "max-age=60"), ("vary", "accept, *")], 0, 2),
    // Statuses
    (203, A_MINUTE, 0, 1),
    (301, A_MINUTE, 0, 1),
    (302, A_MINUTE, 0, 1),
    (404, A_MINUTE, 0, 1),
    (404, &[], 0, 2),
    (201, A_MINUTE, 0, 2),
    (206, A_MINUTE, 0, 2),
    (500, A_MINUTE, 0, 2),
    (503, A_MINUTE, 0, 2),
];

#[tokio::test]
async fn what_the_service_says_decides() {
    for (status, headers, seconds, calls) in RESPONSES {
        let bench = Bench::counting(&caching(""), *status, headers);
        let first = bench.ask(&[]).await;
        bench.pass(*seconds);
        let second = bench.ask(&[]).await;
        let case = format!("{status} {headers:?} after {seconds} s");
        assert_eq!(bench.calls(), *calls, "{case}");
        assert_eq!((first.short(), second.status), ((*status, "1"), *status), "{case}");
        assert_eq!(second.text(), calls.to_string(), "{case}");
        assert_eq!(
            second.header("age").is_some(),
            *calls == 1 || headers.iter().any(|(name, _)| *name == "age"),
            "{case}"
        );
    }
}

/// The headers of two clients, the service's response, and how many of the calls reach the service.
const REQUESTS: &[(Headers, Headers, Headers, usize)] = &[
    (&[], &[], A_MINUTE, 1),
    // A request with Authorization is never answered from the cache, and its answer never stored.
    (&[("authorization", "a")], &[("authorization", "a")], &[("cache-control", "public, max-age=60")], 2),
    (&[], &[("authorization", "a")], &[("cache-control", "public, max-age=60")], 2),
    (&[("authorization", "a")], &[], &[("cache-control", "public, s-maxage=60")], 2),
    // Other headers that identify a client
    (&[("cookie", "a")], &[("cookie", "b")], A_MINUTE, 2),
    (&[("cookie", "a")], &[], A_MINUTE, 2),
    (&[("cookie", "a")], &[("cookie", "a")], A_MINUTE, 1),
    (&[("x-api-key", "a")], &[("x-api-key", "b")], A_MINUTE, 2),
    (&[("x-ibm-client-id", "a")], &[("x-ibm-client-id", "b")], A_MINUTE, 2),
    (&[("x-other", "a")], &[("x-other", "b")], A_MINUTE, 1),
    // Directives of the client
    (&[("cache-control", "no-store")], &[], A_MINUTE, 2),
    (&[], &[("cache-control", "no-cache")], A_MINUTE, 2),
    (&[], &[("cache-control", "No-Cache")], A_MINUTE, 2),
    (&[], &[("pragma", "no-cache")], A_MINUTE, 2),
    (&[], &[("cache-control", "max-age=0")], A_MINUTE, 2),
    (&[], &[("cache-control", "max-age=50")], A_MINUTE, 1),
    (&[], &[("cache-control", "min-fresh=600")], A_MINUTE, 2),
    (&[], &[("cache-control", "only-if-cached")], A_MINUTE, 1),
    // Vary
    (
        &[("accept-language", "de")],
        &[("accept-language", "de")],
        &[("cache-control", "max-age=60"), ("vary", "Accept-Language")],
        1,
    ),
    (
        &[("accept-language", "de")],
        &[("accept-language", "en")],
        &[("cache-control", "max-age=60"), ("vary", "Accept-Language")],
        2,
    ),
    (&[], &[("accept-language", "en")], &[("cache-control", "max-age=60"), ("vary", "accept, accept-language")], 2),
    (
        &[("accept", "a"), ("accept", "b")],
        &[("accept", "a"), ("accept", "c")],
        &[("cache-control", "max-age=60"), ("vary", "accept")],
        2,
    ),
    (
        &[("accept-language", "de")],
        &[("accept-language", "en")],
        &[("cache-control", "max-age=60"), ("vary", "accept")],
        1,
    ),
    // Compressed, and the service forgot to say that it depends on the client.
    (&[("accept-encoding", "gzip")], &[], &[("cache-control", "max-age=60"), ("content-encoding", "gzip")], 2),
    // Parts, and states that only the service knows
    (&[], &[("range", "bytes=0-1")], A_MINUTE, 2),
    (&[("range", "bytes=0-1")], &[], A_MINUTE, 2),
    (&[], &[("if-match", "\"a\"")], A_MINUTE, 2),
    (&[], &[("if-unmodified-since", "Sun, 06 Nov 1994 08:49:37 GMT")], A_MINUTE, 2),
];

#[tokio::test]
async fn what_clients_say_decides_too() {
    for (first, second, headers, calls) in REQUESTS {
        let bench = Bench::counting(&caching(""), 200, headers);
        bench.ask(first).await;
        let answer = bench.ask(second).await;
        assert_eq!(bench.calls(), *calls, "{first:?} {second:?} {headers:?}");
        assert_eq!(answer.short(), (200, &*calls.to_string()), "{first:?} {second:?} {headers:?}");
    }
}

#[tokio::test]
async fn no_client_gets_a_stale_answer() {
    let bench = Bench::counting(&caching(""), 200, A_MINUTE);
    bench.ask(&[]).await;
    bench.pass(61);
    assert_eq!(bench.ask(&[("cache-control", "max-stale=1000")]).await.text(), "2");
}

#[tokio::test]
async fn an_answer_is_the_same_but_for_its_age() {
    let headers: Headers = &[
        ("cache-control", "Max-Age=600, x=\"y\""),
        ("content-type", "text/x"),
        ("link", "<a>"),
        ("link", "<b>"),
        ("date", "now"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
    ];
    let bench = Bench::counting(&caching(""), 200, headers);
    let first = bench.ask(&[]).await;
    bench.pass(100);
    let mut second = bench.ask(&[]).await;
    let age: u64 = second.header("age").unwrap().parse().unwrap();
    assert!((100..200).contains(&age), "{age}");
    second.headers.remove("age");
    assert_eq!((first.headers, first.body), (second.headers, second.body));
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn another_query_is_another_answer() {
    let bench = Bench::counting(&caching(""), 200, A_MINUTE);
    for (query, expected) in [("", "1"), ("?a=1", "2"), ("?a=2", "3"), ("?a=1", "2"), ("", "1")] {
        assert_eq!(bench.gateway.ask(Ask::get(&format!("/example/7{query}"))).await.text(), expected);
    }
}

#[tokio::test]
async fn a_stored_get_answers_head_and_not_the_other_way_round() {
    let bench = Bench::counting(&caching(""), 200, &[("cache-control", "max-age=60"), ("content-type", "text/x")]);
    bench.ask(&[]).await;
    let head = bench.gateway.ask(Ask::new("HEAD", "/example/7")).await;
    assert_eq!((head.short(), head.header("content-type")), ((200, ""), Some("text/x")));
    assert!(head.header("age").is_some());
    assert_eq!(bench.calls(), 1);

    let bench = Bench::answering(&caching(""), |seen| match &*seen.method {
        "HEAD" => Reply::Raw(b"HTTP/1.1 200 OK\r\ncache-control: max-age=60\r\nconnection: close\r\n\r\n".to_vec()),
        _ => super::reply(200, A_MINUTE, "whole"),
    });
    for _ in 0..2 {
        assert_eq!(bench.gateway.ask(Ask::new("HEAD", "/example/7")).await.short(), (200, ""));
    }
    assert_eq!(bench.ask(&[]).await.text(), "whole");
    assert_eq!(bench.calls(), 3);
}

#[tokio::test]
async fn other_verbs_are_not_answered_from_the_cache_and_drop_what_they_change() {
    for (verb, status, asked_again) in [
        ("PUT", 200, true),
        ("POST", 201, true),
        ("PATCH", 204, true),
        ("DELETE", 303, true),
        ("POST", 400, false),
        ("PUT", 500, false),
        ("OPTIONS", 200, false),
    ] {
        let bench = Bench::answering(&caching(""), move |seen| match &*seen.method {
            "GET" => super::reply(200, A_MINUTE, "kept"),
            _ => super::reply(status, A_MINUTE, ""),
        });
        bench.ask(&[]).await;
        let ask = Ask::post("/example/7", "x").verb(verb);
        assert_eq!(bench.gateway.ask(ask.clone()).await.status, status);
        bench.ask(&[]).await;
        let calls = if asked_again { 3 } else { 2 };
        assert_eq!(bench.calls(), calls, "{verb} {status}");
        bench.gateway.ask(ask).await;
        assert_eq!(bench.calls(), calls + 1, "{verb}");
    }
}

#[tokio::test]
async fn a_step_that_keeps_nothing_drops_what_it_changes() {
    let text = "
execute:
  - switch:
      case:
        - condition: $httpVerb() = 'GET'
          execute: [{invoke: {target-url: '${UPSTREAM}/things', username: me, password: $(secret)}}]
        - condition: $httpVerb() = 'PUT'
          execute: [{invoke: {target-url: '${UPSTREAM}/things', cache-response: no-cache}}]";
    let text = format!("properties: {{secret: {{value: x}}}}{text}");
    let bench = Bench::counting(&text, 200, &[("cache-control", "public, max-age=60")]);
    for (verb, calls) in [("GET", 1), ("GET", 1), ("PUT", 2), ("GET", 3), ("GET", 3)] {
        bench.gateway.ask(Ask::new(verb, "/example/7")).await;
        assert_eq!(bench.calls(), calls, "{verb}");
    }
}

#[tokio::test]
async fn what_was_asked_for_before_a_change_is_not_stored_after_it() {
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let bench = Bench::answering(&caching(""), move |seen| {
        if seen.method == "GET" && arrived.send(()).is_ok() {
            let _ = wait.lock().unwrap().recv_timeout(std::time::Duration::from_secs(30));
        }
        super::reply(200, A_MINUTE, "x")
    });
    let change = async {
        arrivals.recv().await.unwrap();
        bench.gateway.ask(Ask::post("/example/7", "new")).await;
        go_on.send(()).unwrap();
    };
    tokio::join!(bench.ask(&[]), change);
    go_on.send(()).unwrap();
    bench.ask(&[]).await;
    assert_eq!(bench.calls(), 3);
    bench.ask(&[]).await;
    assert_eq!(bench.calls(), 3);
}

#[tokio::test]
async fn no_cache_keeps_nothing() {
    let bench = Bench::counting(&caching("cache-response: no-cache, cache-ttl: 900"), 200, A_MINUTE);
    bench.ask(&[]).await;
    assert_eq!(bench.ask(&[]).await.text(), "2");
}

#[tokio::test]
async fn a_client_that_has_the_answer_is_told_so() {
    let modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    let fresh: Headers = &[
        ("cache-control", "max-age=60"),
        ("etag", "W/\"a\""),
        ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("content-type", "text/x"),
    ];
    let bench = Bench::answering(&caching(""), validating("never", fresh, &[]));
    bench.ask(&[]).await;
    for (name, value, expected) in [
        ("if-none-match", "\"a\"", 304),
        ("if-none-match", "\"b\", W/\"a\"", 304),
        ("if-none-match", "*", 304),
        ("if-none-match", "\"b\"", 200),
        ("if-modified-since", modified, 304),
        ("if-modified-since", "Sun, 06 Nov 1994 08:49:36 GMT", 200),
        ("if-modified-since", "never", 200),
    ] {
        let answer = bench.gateway.ask(Ask::get("/example/7").header(name, value)).await;
        let body = if expected == 304 { "" } else { "whole" };
        assert_eq!(answer.short(), (expected, body), "{name}: {value}");
        assert_eq!(answer.header("etag"), Some("W/\"a\""));
        assert_eq!(answer.header("content-type").is_some(), expected == 200);
    }
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn a_kept_answer_raises_the_fault_that_it_is() {
    let text = caching("stop-on-error: [OperationError], output: reply");
    let bench = Bench::counting(&text, 404, A_MINUTE);
    for _ in 0..2 {
        assert_eq!(bench.ask(&[]).await.fault_name(), Some("OperationError"));
    }
    assert_eq!(bench.calls(), 1);
}

#[tokio::test]
async fn a_redirect_and_where_it_leads_are_kept_each_by_itself() {
    let bench = Bench::answering(&caching("follow-redirects: true"), |seen| match &*seen.target {
        "/things" => super::reply(307, &[("location", "/there")], ""),
        _ => super::reply(200, A_MINUTE, "there"),
    });
    for _ in 0..2 {
        assert_eq!(bench.ask(&[]).await.text(), "there");
    }
    let targets: Vec<_> = bench.service.requests().iter().map(|seen| seen.target.clone()).collect();
    assert_eq!(targets, ["/things", "/there", "/things"]);
}

#[tokio::test]
async fn the_cache_counts_what_it_does() {
    let bench = Bench::counting(&caching(""), 200, A_MINUTE);
    for _ in 0..3 {
        bench.gateway.ask(ask(&[])).await;
    }
    let counted = bench.counters();
    assert_eq!((counted.hits.get(), counted.misses.get(), counted.stored.get()), (2, 1, 1));
    assert_eq!((counted.entries.get(), counted.too_large.get()), (1, 0));
    assert!(counted.bytes.get() > 0);
}
