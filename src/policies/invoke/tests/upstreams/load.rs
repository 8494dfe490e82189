//! Three targets under load, of which one refuses, hangs or answers 503.

use super::*;

/// 320 calls from 16 clients at a time; how many of them were answered 200, and how long they took.
async fn under_load(gateway: &Gateway, ask: fn() -> Ask) -> (usize, Duration) {
    let started = Instant::now();
    let client = async || {
        let mut good = 0;
        for _ in 0..20 {
            good += usize::from(gateway.ask(ask()).await.status == 200);
        }
        good
    };
    let all = futures_util::future::join_all((0..16).map(|_| client())).await;
    (all.into_iter().sum(), started.elapsed())
}

const RULES: &str = "retries: {tries: 3, on: [connect, reset, timeout, 503], per-try-timeout: 500ms, budget: 100%}
eject: {after-failures: 3, on: [connect, reset, timeout, 503], for: 60s}";

#[tokio::test]
async fn nothing_is_lost_that_a_retry_may_save() {
    let hanging = TestServer::start(|_| Reply::Hang);
    let (failing, closing) = (answering(503), TestServer::start(|_| Reply::Close));
    for bad in [refusing(), hanging.url(""), failing.url(""), closing.url("")] {
        let (one, two) = (answering(200), answering(200));
        let gateway = gateway(&[&one.url(""), &bad, &two.url("")], RULES);
        let (good, time) = under_load(&gateway, get).await;
        assert_eq!(good, 320, "{bad}");
        assert!(time < Duration::from_secs(20), "{bad} {time:?}");
        assert_eq!(one.requests().len() + two.requests().len(), 320, "{bad}");
        assert_eq!(metric(&gateway, &format!("gantry_upstream_healthy{{upstream=\"orders\",target=\"{bad}\"}}")), 0);
    }
    // Ejection bounds the calls that were needed to find out: those of 16 clients at a time.
    for server in [&hanging, &failing, &closing] {
        assert!(server.requests().len() <= 3 + 16, "{}", server.requests().len());
    }
}

#[tokio::test]
async fn no_call_that_is_not_idempotent_reaches_two_targets() {
    let bad = [TestServer::start(|_| Reply::Close), answering(503)];
    for bad in &bad {
        let (one, closed) = (answering(200), refusing());
        let rules = "retries: {tries: 3, on: [connect, reset, timeout, 503], budget: 100%}";
        let gateway = gateway(&[&one.url(""), &bad.url(""), &closed], rules);
        let (good, _) = under_load(&gateway, post).await;
        // Every call reached one target that answered or failed, and never two of them.
        assert_eq!(one.requests().len(), good);
        assert_eq!(one.requests().len() + bad.requests().len(), 320);
        assert!(good > 0 && good < 320);
    }
}
