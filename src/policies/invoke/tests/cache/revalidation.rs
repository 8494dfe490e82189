//! Stale answers: the service is asked whether they are still good.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Bench, Headers, caching, reply, validating};

const FRESH: Headers = &[("cache-control", "max-age=100"), ("etag", "\"a\""), ("x-a", "old"), ("x-a", "older")];

#[tokio::test]
async fn a_good_answer_is_kept_with_its_news() {
    let news: Headers = &[
        ("etag", "\"a\""),
        ("cache-control", "max-age=1000"),
        ("x-a", "new"),
        ("x-b", "1"),
        ("content-type", "no/way"),
    ];
    let bench = Bench::answering(&caching(""), validating("\"a\"", FRESH, news));
    bench.ask(&[]).await;
    bench.pass(200);
    let validated = bench.ask(&[]).await;
    assert_eq!(validated.short(), (200, "whole"));
    assert_eq!((validated.header("age"), validated.header("x-b")), (None, Some("1")));
    assert_eq!(validated.headers.get_all("x-a").iter().count(), 1);
    assert_eq!((validated.header("x-a"), validated.header("content-type")), (Some("new"), None));
    bench.pass(500);
    let hit = bench.ask(&[]).await;
    assert_eq!((hit.short(), hit.header("x-a"), hit.header("x-b")), ((200, "whole"), Some("new"), Some("1")));
    assert!(hit.header("age").is_some());
    assert_eq!(bench.calls(), 2);
    let counted = bench.counters();
    assert_eq!((counted.hits.get(), counted.misses.get(), counted.revalidated.get()), (1, 1, 1));
    assert_eq!(counted.entries.get(), 1);
}

#[tokio::test]
async fn what_must_be_asked_about_is_asked_about_every_time() {
    let fresh: Headers = &[("cache-control", "no-cache"), ("etag", "\"a\"")];
    let bench = Bench::answering(&caching(""), validating("\"a\"", fresh, fresh));
    for _ in 0..3 {
        assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
    }
    let questions: Vec<_> =
        bench.service.requests().iter().map(|seen| seen.header("if-none-match").map(str::to_owned)).collect();
    let about = Some("\"a\"".to_owned());
    assert_eq!(questions, [None, about.clone(), about]);
}

#[tokio::test]
async fn a_date_of_the_last_change_will_do() {
    let modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    let bench = Bench::answering(&caching(""), move |seen| match seen.header("if-modified-since") {
        Some(since) if since == modified => reply(304, &[], ""),
        _ => {
            reply(200, &[("cache-control", "max-age=100"), ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")], "whole")
        }
    });
    bench.ask(&[]).await;
    bench.pass(200);
    assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
    assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
    assert_eq!(bench.calls(), 2);
}

#[tokio::test]
async fn a_new_answer_takes_the_place_of_the_old() {
    let count = AtomicUsize::new(0);
    let bench = Bench::answering(&caching(""), move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => reply(200, FRESH, "old"),
        _ => reply(200, &[("cache-control", "max-age=60"), ("etag", "\"b\"")], "new"),
    });
    bench.ask(&[]).await;
    bench.pass(200);
    for _ in 0..2 {
        assert_eq!(bench.ask(&[]).await.text(), "new");
    }
    assert_eq!((bench.calls(), bench.counters().entries.get()), (2, 1));
}

#[tokio::test]
async fn an_answer_that_may_not_be_kept_any_more_goes() {
    let count = AtomicUsize::new(0);
    let bench = Bench::answering(&caching(""), move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => reply(200, FRESH, "old"),
        _ => reply(200, &[("cache-control", "no-store")], "new"),
    });
    bench.ask(&[]).await;
    bench.pass(200);
    bench.ask(&[]).await;
    bench.ask(&[]).await;
    assert_eq!(bench.counters().entries.get(), 0);
    assert_eq!(bench.service.requests()[2].header("if-none-match"), None);
}

#[tokio::test]
async fn an_answer_about_something_else_is_asked_for_again() {
    let bench = Bench::answering(&caching(""), |seen| match seen.header("if-none-match") {
        Some(_) => reply(304, &[("etag", "\"other\"")], ""),
        None => reply(200, FRESH, "whole"),
    });
    bench.ask(&[]).await;
    bench.pass(200);
    assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
    assert_eq!(bench.calls(), 3);
    assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
    assert_eq!(bench.calls(), 3, "the third answer is kept");
}

#[tokio::test]
async fn a_service_in_trouble_is_not_covered_up() {
    let count = AtomicUsize::new(0);
    let bench = Bench::answering(&caching(""), move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => reply(200, FRESH, "whole"),
        1 => reply(503, &[], "trouble"),
        _ => reply(304, &[("etag", "\"a\"")], ""),
    });
    bench.ask(&[]).await;
    bench.pass(200);
    assert_eq!(bench.ask(&[]).await.short(), (503, "trouble"));
    assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
}

#[tokio::test]
async fn the_clients_own_question_is_answered_here() {
    let bench = Bench::answering(&caching(""), validating("\"a\"", FRESH, &[("etag", "\"a\"")]));
    bench.ask(&[]).await;
    bench.pass(200);
    assert_eq!(bench.ask(&[("if-none-match", "\"mine\"")]).await.short(), (200, "whole"));
    bench.pass(200);
    assert_eq!(bench.ask(&[("if-none-match", "\"a\"")]).await.short(), (304, ""));
    bench.pass(200);
    assert_eq!(bench.ask(&[("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT")]).await.short(), (200, "whole"));
    for seen in &bench.service.requests()[1..] {
        assert_eq!((seen.header("if-none-match"), seen.header("if-modified-since")), (Some("\"a\""), None));
    }
}

#[tokio::test]
async fn a_question_of_the_client_about_what_is_not_here_goes_to_the_service() {
    let bench = Bench::answering(&caching(""), validating("\"a\"", FRESH, FRESH));
    assert_eq!(bench.ask(&[("if-none-match", "\"a\"")]).await.status, 304);
    assert_eq!(bench.ask(&[]).await.short(), (200, "whole"));
    assert_eq!(bench.calls(), 2);
}

/// The old `Date` would make the answer stale for ever.
#[tokio::test]
async fn news_without_a_date_still_make_it_fresh() {
    let fresh: Headers = &[("cache-control", "max-age=100"), ("etag", "\"a\""), ("date", "now-5")];
    let bench = Bench::answering(&caching(""), validating("\"a\"", fresh, &[]));
    bench.ask(&[]).await;
    bench.pass(200);
    bench.ask(&[]).await;
    bench.ask(&[]).await;
    assert_eq!(bench.calls(), 2);
}
