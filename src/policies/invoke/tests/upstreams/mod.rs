//! Calls of upstreams: several targets on real sockets, some of which fail.

mod health;
mod limits;
mod load;
mod retries;
mod targets;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use crate::test_support::{Ask, Gateway, Reply, Setup, TestServer, closed_port, json_reply};

/// A call of `orders` that fails like every other one.
const CALL: &str = "execute:\n  - invoke: {target-url: 'upstream://orders/v1', stop-on-error: [ConnectionError]}";

/// Settings in which `orders` has these targets and rules.
fn setup(targets: &[&str], rules: &str) -> Setup {
    let targets: Vec<String> = targets.iter().map(|url| format!("{{url: '{url}'}}")).collect();
    with(&format!("targets: [{}]\n{rules}", targets.join(", ")))
}

/// Settings in which this is `orders`.
fn with(upstream: &str) -> Setup {
    let upstream = serde_yaml::from_str(upstream).unwrap();
    Setup::default().settings(|live| drop(live.upstreams.insert("orders".to_owned(), upstream)))
}

fn gateway(targets: &[&str], rules: &str) -> Gateway {
    setup(targets, rules).assembly(CALL).serve_cleanly()
}

fn refusing() -> String {
    format!("http://{}", closed_port())
}

fn answering(status: u16) -> TestServer {
    TestServer::start(move |_| json_reply(status, "{}"))
}

/// A service whose status can be changed; 0 closes the connection.
fn changing(status: &Arc<AtomicU16>) -> TestServer {
    let status = status.clone();
    TestServer::start(move |_| match status.load(Ordering::SeqCst) {
        0 => Reply::Close,
        status => json_reply(status, "{}"),
    })
}

fn get() -> Ask {
    Ask::get("/example/7")
}

fn post() -> Ask {
    Ask::post("/example/7", "a body")
}

/// The value of a line of the metrics.
fn metric(gateway: &Gateway, line: &str) -> u64 {
    let text = gateway.metrics();
    let found = text.lines().find_map(|one| one.strip_prefix(line)).unwrap_or_else(|| panic!("{line}\n{text}"));
    found.trim().parse().unwrap()
}

/// Waits until something is so.
async fn until(condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !condition() {
        assert!(Instant::now() < end, "it took too long");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
