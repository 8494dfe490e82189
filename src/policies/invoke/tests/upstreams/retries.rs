//! Calls that are made again, and those that are not.

use super::*;

#[tokio::test]
async fn a_call_that_no_target_got_is_made_at_another_one_whatever_its_method() {
    let (closed, good) = (refusing(), answering(200));
    let gateway = gateway(&[&closed, &good.url("")], "retries: {budget: 100%}");
    for _ in 0..20 {
        assert_eq!(gateway.ask(post()).await.status, 200);
    }
    // A body that streams is still whole.
    for _ in 0..20 {
        assert_eq!(gateway.ask(post().chunked(&["a", "b"])).await.status, 200);
    }
    let seen = good.requests();
    assert_eq!(seen.len(), 40);
    assert!(seen.iter().all(|one| one.body == b"a body" || one.body == b"ab"), "{seen:?}");
    assert!(seen.iter().all(|one| one.header("host") == Some(&good.address.to_string()) && one.target == "/v1"));
}

#[tokio::test]
async fn without_rules_every_call_is_made_once() {
    let (closed, good) = (refusing(), answering(200));
    let gateway = gateway(&[&closed, &good.url("")], "");
    let (mut failed, mut answered) = (0, 0);
    for _ in 0..40 {
        match gateway.ask(get()).await.status {
            200 => answered += 1,
            _ => failed += 1,
        }
    }
    assert_eq!((good.requests().len(), failed + answered), (answered, 40));
    assert!(failed > 0 && answered > 0, "{failed} {answered}");
}

/// How often a service is called that fails like this, and the answer of the gateway.
async fn tries(reply: fn() -> Reply, rules: &str, ask: Ask) -> (usize, u16, Option<String>) {
    let service = TestServer::start(move |_| reply());
    let answer = gateway(&[&service.url("")], &format!("retries: {{tries: 3, {rules}}}")).ask(ask).await;
    (service.requests().len(), answer.status, answer.fault_name().map(str::to_owned))
}

const ALL: &str = "on: [connect, reset, timeout, 503], per-try-timeout: 200ms";

#[tokio::test]
async fn a_call_that_may_have_run_is_made_again_by_its_method() {
    let put = || Ask::post("/example/7", "body").verb("PUT");
    for (reply, status) in [
        ((|| json_reply(503, "{}")) as fn() -> Reply, 503),
        (|| Reply::Close, 500),
        (|| Reply::Hang, 500),
        (|| Reply::Raw(b"nonsense\r\n\r\n".to_vec()), 500),
    ] {
        for (ask, count) in [(get(), 3), (post(), 1), (Ask::new("PATCH", "/example/7"), 1), (put(), 1)] {
            let (found, answer, fault) = tries(reply, ALL, ask.clone()).await;
            assert_eq!((found, answer), (count, status), "{ask:?}");
            assert_eq!(fault.as_deref(), (status == 500).then_some("ConnectionError"));
        }
        let listed = format!("{ALL}, methods: [POST]");
        // The body of `post` streams, so it cannot be sent again.
        assert_eq!(tries(reply, &listed, Ask::new("POST", "/example/7")).await.0, 3);
        assert_eq!(tries(reply, &listed, get()).await.0, 1);
        assert_eq!(tries(reply, "on: [connect], per-try-timeout: 200ms", get()).await.0, 1);
    }
}

#[tokio::test]
async fn a_body_is_sent_again_if_all_of_it_is_there() {
    let service = answering(503);
    let text = CALL.replace("stop-on", "chunked-uploads: false, stop-on");
    let rules = "retries: {tries: 3, on: [503]}";
    let whole = setup(&[&service.url("")], rules).assembly(&text).serve_cleanly();
    assert_eq!(whole.ask(Ask::post("/example/7", "body").verb("PUT")).await.status, 503);
    let bodies: Vec<_> = service.requests().into_iter().map(|one| one.body).collect();
    assert_eq!(bodies, [b"body"; 3]);
}

#[tokio::test]
async fn the_budget_bounds_the_calls_that_are_made_again() {
    let service = answering(503);
    let gateway = gateway(&[&service.url("")], "retries: {on: [503], budget: 20%}");
    for _ in 0..100 {
        assert_eq!(gateway.ask(get()).await.status, 503);
    }
    assert_eq!(service.requests().len(), 120);
    let target = service.url("");
    assert_eq!(
        metric(&gateway, &format!("gantry_upstream_calls_total{{upstream=\"orders\",target=\"{target}\"}}")),
        120
    );
    assert_eq!(
        metric(&gateway, &format!("gantry_upstream_retries_total{{upstream=\"orders\",target=\"{target}\"}}")),
        20
    );
    assert_eq!(metric(&gateway, "gantry_upstream_refused_total{upstream=\"orders\",reason=\"retry_budget\"}"), 80);
}

#[tokio::test]
async fn a_try_has_a_time_of_its_own_and_all_of_them_that_of_the_step() {
    let (hanging, good) = (TestServer::start(|_| Reply::Hang), answering(200));
    let rules = "retries: {on: [timeout], per-try-timeout: 100ms, budget: 100%}";
    let two = gateway(&[&hanging.url(""), &good.url("")], rules);
    let started = Instant::now();
    for _ in 0..10 {
        assert_eq!(two.ask(get()).await.status, 200);
    }
    assert!(!hanging.requests().is_empty() && started.elapsed() < Duration::from_secs(5));

    let text = CALL.replace("stop-on", "timeout: 250ms, stop-on");
    let rules = "retries: {tries: 10, on: [timeout], per-try-timeout: 100ms}";
    let one = setup(&[&hanging.url("")], rules).assembly(&text).serve_cleanly();
    let (before, started) = (hanging.requests().len(), Instant::now());
    assert_eq!(one.ask(get()).await.fault_name(), Some("ConnectionError"));
    assert!(started.elapsed() >= Duration::from_millis(200) && started.elapsed() < Duration::from_secs(2));
    assert!((2..=3).contains(&(hanging.requests().len() - before)));
}

#[tokio::test]
async fn the_record_and_the_metrics_of_calls_show_each_try() {
    let service = answering(503);
    let gateway = gateway(&[&service.url("")], "retries: {tries: 3, on: [503]}");
    let (answer, details) = gateway.record(get()).await;
    assert_eq!(answer.status, 503);
    let step = details.steps.iter().find(|step| step.policy == "invoke").unwrap();
    let calls: Vec<_> = step.calls.iter().map(|call| (call.target.clone(), call.attempts, call.status)).collect();
    let target = format!("GET {}", service.url("/v1"));
    assert_eq!(calls, [1, 2, 3].map(|number| (target.clone(), number, Some(503))));
    let metrics = gateway.metrics();
    assert!(metrics.contains(&format!("target=\"{}\",outcome=\"5xx\"}} 3", service.address)), "{metrics}");
}
