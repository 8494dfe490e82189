//! What strangers can do with a small input, against the program itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::Signal;
use support::{Gantry, file};

/// A document of one path, whose faults have long messages.
const THROWS: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /throw: {get: {responses: {}, x-assembly: {execute: [{throw: {name: X, message: MESSAGE}}]}}}
  /ok: {get: {responses: {}, x-assembly: {execute: [{set-variable: {actions: [{set: message.status.code, value: 204}]}}]}}}
";

/// Log lines come faster than their reader takes them: the reader has stopped.
#[test]
fn a_full_pipe_of_stderr_holds_nothing_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let document = file(&folder, "api.yaml", &THROWS.replace("MESSAGE", &"y".repeat(3000)));
    let mut gantry = Gantry::spawn_unread(&["serve", &document]);
    gantry.wait_until_ready();
    // A pipe holds 64 KiB; the queue holds 4096 lines.
    for _ in 0..5000 {
        assert_eq!(gantry.get("/throw").status, 500);
    }
    assert_eq!(gantry.get("/ok").status, 204);
    let metrics = gantry.try_get_from(gantry.admin, "/metrics").expect("an answer").body;
    let dropped = metrics.lines().find_map(|line| line.strip_prefix("gantry_log_dropped_total "));
    assert!(dropped.expect("the metric").parse::<f64>().expect("a number") > 100.0, "{metrics}");
    gantry.signal(Signal::TERM);
    assert_eq!(gantry.exit_code(), Some(0));
}

/// The drain ends before the request does.
#[test]
fn a_drain_that_cuts_a_request_is_seen_in_the_exit_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", silent.local_addr().expect("an address"));
    let document = file(
        &folder,
        "api.yaml",
        &format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /slow: {{get: {{responses: {{}}, x-assembly: {{execute: [{{invoke: \
         {{target-url: '{url}'}}}}]}}}}}}\n"
        ),
    );
    let settings = file(&folder, "settings.yaml", "server: {drain-delay: 0s, drain-timeout: 1s}\n");
    let mut gantry = Gantry::start(&["serve", &document, "--settings", &settings]);
    let traffic = gantry.traffic;
    let asking = std::thread::spawn(move || support::request(traffic, "GET", "/slow", &[], ""));
    let (mut upstream, _) = silent.accept().expect("the call");
    assert!(upstream.read(&mut [0; 1024]).expect("the call") > 0);
    gantry.signal(Signal::TERM);
    assert_eq!(gantry.exit_code(), Some(4), "{}", gantry.stderr());
    assert!(gantry.stderr().contains("1 request cut off"), "{}", gantry.stderr());
    drop(asking.join());
}

/// A service that takes requests and does not answer; how many came.
fn silent_service() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let count = Arc::new(AtomicUsize::new(0));
    let counting = count.clone();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for mut stream in listener.incoming().map_while(Result::ok) {
            if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                counting.fetch_add(1, Ordering::SeqCst);
                held.push(stream);
            }
        }
    });
    (address, count)
}

/// A gateway that calls this Lambda service.
fn with_lambda(arguments: &[&str], lambda: std::net::SocketAddr) -> Gantry {
    let gantry = Gantry::spawn_with(arguments, |_| {
        let endpoint = format!("http://{lambda}");
        let variables = [
            ("AWS_ENDPOINT_URL_LAMBDA", &*endpoint),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDTEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    });
    gantry.wait_until_ready();
    gantry
}

/// A function goes on when its client leaves, and so does the place that it takes.
#[test]
fn clients_that_leave_do_not_make_room_for_more_calls() {
    let folder = tempfile::tempdir().expect("a folder");
    let (lambda, calls) = silent_service();
    let document = file(
        &folder,
        "api.yaml",
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /two: {get: {responses: {}, x-assembly: {execute: [{lambda: \
         {function: f, input: '', max-concurrency: 2}}]}}}\n  /three: {get: {responses: {}, x-assembly: {execute: [{ratelimit: \
         {source: gateway-named, count-limit: [{name: c, operation: inc}]}}, {lambda: {function: g, input: ''}}]}}}\n",
    );
    let settings = file(
        &folder,
        "settings.yaml",
        "count-limits: {c: {value: 3, per: []}}\nserver: {drain-delay: 0s, drain-timeout: 0s}\n",
    );
    let gantry = with_lambda(&["serve", &document, "--settings", &settings], lambda);
    for (path, most) in [("/two", 2), ("/three", 3)] {
        calls.store(0, Ordering::SeqCst);
        let leave = || {
            let mut stream = std::net::TcpStream::connect(gantry.traffic).expect("a connection");
            write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").expect("a request");
            let patience = std::time::Duration::from_millis(100);
            stream.set_read_timeout(Some(patience)).expect("a time-out");
            // Those beyond the limit are refused at once.
            stream.read(&mut [0; 64]).is_ok_and(|read| read > 0)
        };
        let refused = (0..20).filter(|_| leave()).count();
        assert_eq!((calls.load(Ordering::SeqCst), refused), (most, 20 - most), "{path}");
    }
}

/// Many bodies at a time, each within its own limit.
#[test]
fn bodies_that_have_no_room_are_told_to_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (lambda, calls) = silent_service();
    let document = file(
        &folder,
        "api.yaml",
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /read: {post: {responses: {}, x-assembly: {execute: [{set-variable: \
         {actions: [{set: message.headers.x-a, value: $(request.body.a)}]}}, {lambda: {function: f, input: '', timeout: 3s}}]}}}\n",
    );
    let settings = file(&folder, "settings.yaml", "server: {limits: {buffered-bytes: 1100000}, drain-delay: 0s}\n");
    let gantry = with_lambda(&["serve", &document, "--settings", &settings], lambda);
    // Texts of 200 KB, for all of which there is room, but not for one with what is kept of it: five times as much.
    let body = format!("[{}]", vec!["1"; 100_000].join(","));
    let asked: Vec<_> = (0..5)
        .map(|_| {
            let (traffic, body) = (gantry.traffic, body.clone());
            std::thread::spawn(move || {
                support::request(traffic, "POST", "/read", &[("Content-Type", "application/json")], &body)
                    .expect("an answer")
            })
        })
        .collect();
    let answers: Vec<_> = asked.into_iter().map(|asked| asked.join().expect("a thread")).collect();
    let refused =
        answers.iter().filter(|answer| answer.status == 503 && answer.headers.to_lowercase().contains("retry-after"));
    assert_eq!((refused.count(), calls.load(Ordering::SeqCst)), (5, 0), "{answers:?}");
    let small = support::request(gantry.traffic, "POST", "/read", &[], "{\"a\": \"b\"}").expect("an answer");
    assert_eq!((small.status, calls.load(Ordering::SeqCst)), (504, 1), "{small:?}");
    let metrics = gantry.try_get_from(gantry.admin, "/metrics").expect("an answer").body;
    assert!(
        metrics.contains("gantry_buffered_bytes 0\n") && metrics.contains("gantry_buffered_refused_total 5"),
        "{metrics}"
    );
}
