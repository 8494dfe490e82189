//! Targets that are left out and come back.

use super::*;

/// The metrics of a target.
fn healthy(gateway: &Gateway, target: &str) -> u64 {
    metric(gateway, &format!("gantry_upstream_healthy{{upstream=\"orders\",target=\"{target}\"}}"))
}

fn ejections(gateway: &Gateway, target: &str) -> u64 {
    metric(gateway, &format!("gantry_upstream_ejections_total{{upstream=\"orders\",target=\"{target}\"}}"))
}

#[tokio::test]
async fn a_target_is_left_out_after_failures_in_a_row_and_comes_back_by_one_call() {
    let status = Arc::new(AtomicU16::new(503));
    let (bad, good) = (changing(&status), answering(200));
    let targets = [bad.url(""), good.url("")];
    let gateway = gateway(&[&targets[0], &targets[1]], "eject: {after-failures: 3, on: [503], for: 300ms}");
    for _ in 0..60 {
        gateway.ask(get()).await;
    }
    assert_eq!((bad.requests().len(), ejections(&gateway, &targets[0])), (3, 1));
    assert_eq!((healthy(&gateway, &targets[0]), healthy(&gateway, &targets[1])), (0, 1));

    // One call tries it, fails, and the time is twice as long.
    tokio::time::sleep(Duration::from_millis(320)).await;
    for _ in 0..60 {
        gateway.ask(get()).await;
    }
    assert_eq!((bad.requests().len(), ejections(&gateway, &targets[0])), (4, 2));
    tokio::time::sleep(Duration::from_millis(320)).await;
    gateway.ask(get()).await;
    assert_eq!(bad.requests().len(), 4);

    status.store(200, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(320)).await;
    for _ in 0..60 {
        assert_eq!(gateway.ask(get()).await.status, 200);
    }
    assert!(bad.requests().len() > 10, "{}", bad.requests().len());
    assert_eq!((healthy(&gateway, &targets[0]), ejections(&gateway, &targets[0])), (1, 2));
}

#[tokio::test]
async fn one_call_at_a_time_finds_out_whether_a_target_is_well() {
    let status = Arc::new(AtomicU16::new(503));
    let slow = status.clone();
    let bad = TestServer::start(move |_| match slow.load(Ordering::SeqCst) {
        200 => Reply::Hang,
        status => json_reply(status, "{}"),
    });
    let (good, rules) = (answering(200), "eject: {after-failures: 1, on: [503, timeout], for: 50ms}");
    let text = CALL.replace("stop-on", "timeout: 400ms, stop-on");
    let gateway = setup(&[&bad.url(""), &good.url("")], rules).assembly(&text).serve_cleanly();
    for _ in 0..20 {
        gateway.ask(get()).await;
    }
    status.store(200, Ordering::SeqCst);
    let before = bad.requests().len();
    tokio::time::sleep(Duration::from_millis(100)).await;
    futures_util::future::join_all((0..50).map(|_| gateway.ask(get()))).await;
    assert_eq!(bad.requests().len(), before + 1);
    // A call that its client gives up frees the trial.
    tokio::time::sleep(Duration::from_millis(150)).await;
    for _ in 0..40 {
        let _ = tokio::time::timeout(Duration::from_millis(50), gateway.ask(get())).await;
    }
    assert!(bad.requests().len() > before + 2, "{}", bad.requests().len() - before);
}

#[tokio::test]
async fn no_more_than_the_share_is_left_out_and_failures_have_to_follow_each_other() {
    let (one, two, three) = (answering(503), answering(503), answering(503));
    let rules = "eject: {after-failures: 1, on: [503], for: 60s, most: 67%}";
    let three_of_them = gateway(&[&one.url(""), &two.url(""), &three.url("")], rules);
    for _ in 0..60 {
        assert_eq!(three_of_them.ask(get()).await.status, 503);
    }
    let mut counts = [&one, &two, &three].map(|server| server.requests().len());
    counts.sort_unstable();
    assert_eq!((counts[0] + counts[1], counts[2]), (2, 58));
    // A share of less than one target is none.
    let alone = answering(503);
    let only = gateway(&[&alone.url("")], "eject: {after-failures: 1, on: [503], for: 60s}");
    for _ in 0..5 {
        only.ask(get()).await;
    }
    assert_eq!((alone.requests().len(), healthy(&only, &alone.url(""))), (5, 1));

    let turn = AtomicU16::new(0);
    let every_other = TestServer::start(move |_| {
        json_reply(if turn.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { 503 } else { 200 }, "{}")
    });
    let rules = "eject: {after-failures: 2, on: [503], for: 60s, most: 100%}";
    let gateway = gateway(&[&every_other.url("")], rules);
    for _ in 0..20 {
        gateway.ask(get()).await;
    }
    assert_eq!(ejections(&gateway, &every_other.url("")), 0);
}

#[tokio::test]
async fn all_targets_are_used_if_all_are_left_out() {
    let (one, two) = (answering(503), answering(503));
    let gateway = gateway(&[&one.url(""), &two.url("")], "eject: {after-failures: 1, on: [503], for: 60s, most: 100%}");
    for _ in 0..40 {
        assert_eq!(gateway.ask(get()).await.status, 503);
    }
    assert_eq!((healthy(&gateway, &one.url("")), healthy(&gateway, &two.url(""))), (0, 0));
    assert!(one.requests().len() > 5 && two.requests().len() > 5);
}

#[tokio::test]
async fn what_is_known_survives_a_reload_and_new_rules() {
    let (bad, good) = (answering(503), answering(200));
    let (bad_url, good_url) = (bad.url(""), good.url(""));
    let rules = "eject: {after-failures: 1, on: [503], for: 60s}";
    let first = gateway(&[&bad_url, &good_url], rules);
    for _ in 0..30 {
        first.ask(get()).await;
    }
    assert_eq!(bad.requests().len(), 1);
    let second = setup(&[&bad_url, &good_url], &format!("{rules}\nretries: {{}}"));
    let second = reloaded(&second, first);
    for _ in 0..30 {
        assert_eq!(second.ask(get()).await.status, 200);
    }
    assert_eq!((bad.requests().len(), healthy(&second, &bad_url), ejections(&second, &bad_url)), (1, 0, 1));
    // Without rules nothing is left out.
    let third = reloaded(&setup(&[&bad_url, &good_url], ""), second);
    for _ in 0..30 {
        third.ask(get()).await;
    }
    assert!(bad.requests().len() > 5);
}

/// The old snapshot serves until the new one is there.
fn reloaded(setup: &Setup, gateway: Gateway) -> Gateway {
    let Gateway { snapshot, resources, folder } = gateway;
    let new = setup.reload(Gateway { snapshot: crate::runtime::Snapshot::default(), resources, folder }, CALL);
    drop(snapshot);
    new
}

#[tokio::test]
async fn checks_leave_a_target_out_and_take_it_back_and_end_with_the_snapshot() {
    let status = Arc::new(AtomicU16::new(500));
    let (checked, good) = (changing(&status), answering(200));
    let (checked_url, good_url) = (checked.url(""), good.url(""));
    let rules = "check: {path: /health, every: 100ms, timeout: 50ms, healthy-after: 2, unhealthy-after: 2}";
    let gateway = gateway(&[&checked_url, &good_url], rules);
    until(|| healthy(&gateway, &checked_url) == 0).await;
    let checks = || checked.requests().iter().filter(|one| one.target == "/health").count();
    let calls = || checked.requests().iter().filter(|one| one.target == "/v1").count();
    assert!(checks() >= 2);
    for _ in 0..20 {
        assert_eq!(gateway.ask(get()).await.status, 200);
    }
    assert_eq!(calls(), 0);
    assert!(good.requests().iter().any(|one| one.target == "/health" && one.method == "GET"));
    status.store(204, Ordering::SeqCst);
    until(|| healthy(&gateway, &checked_url) == 1).await;
    for _ in 0..20 {
        gateway.ask(get()).await;
    }
    assert!(calls() > 0);
    let outcome = |outcome: &str| {
        let labels = format!("upstream=\"orders\",target=\"{checked_url}\",outcome=\"{outcome}\"");
        metric(&gateway, &format!("gantry_upstream_checks_total{{{labels}}}"))
    };
    assert!(outcome("passed") >= 2 && outcome("failed") >= 2);

    drop(gateway);
    tokio::time::sleep(Duration::from_millis(150)).await;
    let before = checks();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(checks(), before);
}

#[tokio::test]
async fn a_check_that_hangs_or_finds_nobody_fails() {
    let (hanging, closed, good) = (TestServer::start(|_| Reply::Hang), refusing(), answering(200));
    let rules = "check: {path: /, every: 100ms, timeout: 50ms, unhealthy-after: 1}";
    let gateway = gateway(&[&hanging.url(""), &closed, &good.url("")], rules);
    until(|| healthy(&gateway, &hanging.url("")) + healthy(&gateway, &closed) == 0).await;
    assert_eq!(healthy(&gateway, &good.url("")), 1);
    for _ in 0..20 {
        assert_eq!(gateway.ask(get()).await.status, 200);
    }
}
