//! Bounds, reloads, and bodies on their way.

use http_body_util::BodyExt;

use super::{Bench, caching, reply};
use crate::settings::Cache;
use crate::test_support::{Ask, Recorded, Reply, Setup, TestServer};

const TTL: &str = "cache-response: time-to-live, cache-ttl: 600";

fn bounded(
    bytes: usize,
    entry_bytes: usize,
    entries: usize,
    answer: impl Fn(&Recorded) -> Reply + Send + Sync + 'static,
) -> Bench {
    let service = TestServer::start(answer);
    let setup = Setup::default().env("UPSTREAM", service.url(""));
    let setup = setup.settings(|settings| settings.cache = Cache { bytes, entry_bytes, entries });
    let gateway = setup.assembly(&caching(TTL)).serve_cleanly();
    Bench { service, gateway }
}

impl Bench {
    /// Asks for these one after the other; the numbers of those that reached the service.
    async fn reached(&self, numbers: &[u32]) -> Vec<u32> {
        let mut reached = Vec::new();
        for number in numbers {
            let before = self.calls();
            self.gateway.ask(Ask::get(&format!("/example/7?{number}"))).await;
            if self.calls() > before {
                reached.push(*number);
            }
        }
        reached
    }
}

/// Without saying how long it is.
fn chunked(size: usize) -> Reply {
    let mut bytes = b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for at in (0..size).step_by(1000) {
        let length = (size - at).min(1000);
        bytes.extend(format!("{length:x}\r\n").into_bytes());
        bytes.extend(body(size)[at..at + length].to_vec());
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    Reply::Raw(bytes)
}

fn body(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 7 % 251) as u8).collect()
}

#[tokio::test]
async fn what_is_too_large_goes_through_and_is_not_kept() {
    for size in [10_000, 200_000] {
        for whole in [true, false] {
            let bench = bounded(1 << 20, 100_000, 10, move |_| match whole {
                true => Reply::Reply(200, Vec::new(), body(size)),
                false => chunked(size),
            });
            for _ in 0..2 {
                assert_eq!(*bench.ask(&[]).await.body, body(size));
            }
            let kept = size < 100_000;
            assert_eq!(bench.calls(), if kept { 1 } else { 2 }, "{size} {whole}");
            let counted = bench.counters();
            assert_eq!(counted.too_large.get(), if kept { 0 } else { 2 });
            assert_eq!((counted.entries.get(), counted.stored.get()), (kept.into(), kept.into()));
        }
    }
}

#[tokio::test]
async fn what_was_used_longest_ago_makes_room() {
    // Three of them fit, by bytes or by number.
    for (bytes, entries) in [(40_000, 100), (1_000_000, 3)] {
        let bench = bounded(bytes, 20_000, entries, |_| Reply::Reply(200, Vec::new(), body(10_000)));
        assert_eq!(bench.reached(&[1, 2, 3, 1, 2, 3]).await, [1, 2, 3]);
        assert_eq!(bench.reached(&[1, 4, 1, 3, 4]).await, [4]);
        assert_eq!(bench.reached(&[2]).await, [2]);
        let counted = bench.counters();
        assert_eq!((counted.entries.get(), counted.evicted.get()), (3, 2));
        assert!(counted.bytes.get() <= bytes as i64, "{}", counted.bytes.get());
    }
}

#[tokio::test]
async fn variants_of_one_url_are_bounded() {
    let bench = bounded(1 << 20, 1 << 16, 1000, |_| reply(200, &[("vary", "x-a")], "x"));
    for number in 0..40 {
        bench.gateway.ask(Ask::get("/example/7").header("x-a", &number.to_string())).await;
    }
    assert_eq!(bench.counters().entries.get(), 16);
    bench.gateway.ask(Ask::get("/example/7").header("x-a", "39")).await;
    assert_eq!(bench.calls(), 40);
    bench.gateway.ask(Ask::get("/example/7").header("x-a", "0")).await;
    assert_eq!(bench.calls(), 41);
}

#[tokio::test]
async fn without_room_nothing_is_kept() {
    for (bytes, entry_bytes, entries) in [(0, 1000, 10), (1000, 0, 10), (1000, 1000, 0)] {
        let bench = bounded(bytes, entry_bytes, entries, |_| reply(200, &[], "x"));
        assert_eq!(bench.reached(&[1, 1]).await, [1, 1]);
    }
}

#[tokio::test]
async fn a_reload_keeps_what_is_stored() {
    let service = TestServer::start(|_| reply(200, &[], "x"));
    let setup = Setup::default().env("UPSTREAM", service.url(""));
    let mut gateway = setup.assembly(&caching(TTL)).serve_cleanly();
    for _ in 0..3 {
        gateway.get().await;
        gateway = setup.reload(gateway, &caching(&format!("{TTL}, title: another")));
    }
    assert_eq!(service.requests().len(), 1);
    // Another time to live is another promise.
    gateway = setup.reload(gateway, &caching("cache-response: time-to-live, cache-ttl: 30"));
    gateway.get().await;
    assert_eq!(service.requests().len(), 2);
    // A reload with less room drops what no longer fits.
    let setup = setup.settings(|settings| settings.cache.bytes = 10);
    let gateway = setup.reload(gateway, &caching(TTL));
    assert_eq!(gateway.resources.cache().counters().entries.get(), 0);
}

#[tokio::test]
async fn what_breaks_off_is_not_kept() {
    let text = "execute:\n  - invoke: {target-url: '${UPSTREAM}', output: reply, cache-response: time-to-live}";
    let count = std::sync::atomic::AtomicUsize::new(0);
    let bench = Bench::answering(text, move |_| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Reply::Raw(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        1 => Reply::Raw(
            b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_vec(),
        ),
        _ => reply(200, &[], "whole"),
    });
    for fault in [Some("ConnectionError"), Some("ConnectionError"), None, None] {
        assert_eq!(bench.gateway.get().await.fault_name(), fault);
    }
    assert_eq!((bench.calls(), bench.counters().stored.get()), (3, 1));
}

#[tokio::test]
async fn a_client_that_leaves_stores_nothing() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let bench =
        Bench::answering(&caching(TTL), move |_| match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => Reply::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
            _ => reply(200, &[], "whole"),
        });
    let mut message = bench.gateway.begin(Ask::get("/example/7")).await;
    let mut stream = message.body.send();
    let first = stream.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(&*first, b"half");
    drop(stream);
    assert_eq!(bench.counters().stored.get(), 0);
    assert_eq!(bench.ask(&[]).await.text(), "whole");
    assert_eq!(bench.ask(&[]).await.text(), "whole");
    assert_eq!(bench.calls(), 2);
}

#[tokio::test]
async fn a_client_gets_the_first_bytes_before_the_last_have_come() {
    let bench = Bench::answering(&caching(TTL), |_| {
        Reply::Stall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n".to_vec())
    });
    let mut message = bench.gateway.begin(Ask::get("/example/7")).await;
    let first = message.body.send().frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(&*first, b"first");
}

#[tokio::test]
async fn what_is_on_its_way_is_bounded_too() {
    let bench = bounded(100_000, 90_000, 10, |_| {
        let half = body(60_000);
        let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 60001\r\n\r\n".to_vec();
        bytes.extend(half);
        Reply::Stall(bytes)
    });
    let mut streams = Vec::new();
    for number in 0..2 {
        let mut message = bench.gateway.begin(Ask::get(&format!("/example/7?{number}"))).await;
        let mut stream = message.body.send();
        let mut read = 0;
        while read < 60_000 {
            read += stream.frame().await.unwrap().unwrap().into_data().unwrap().len();
        }
        streams.push(stream);
    }
    assert_eq!(bench.counters().too_large.get(), 1);
    drop(streams);
}
