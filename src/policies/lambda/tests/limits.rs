//! How often, how many at a time, and in the background. What counts is what the service saw.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::refused::{check, loaded};
use super::{Bench, answering_all, lambda, reply};
use crate::test_support::{Ask, Functions, Gateway, Recorded, Reply, Setup, TestServer, closed_port};

/// Answers with these, one after the other, and with the last of them for ever.
fn in_turn(replies: Vec<fn() -> Reply>) -> impl Fn(&Recorded) -> Reply + Send + Sync + 'static {
    let count = AtomicUsize::new(0);
    move |_| replies[count.fetch_add(1, Ordering::SeqCst).min(replies.len() - 1)]()
}

fn good() -> Reply {
    reply(200, &[], "1")
}

fn throttled() -> Reply {
    reply(429, &[("x-amzn-errortype", "TooManyRequestsException")], r#"{"Reason": "r", "message": "m"}"#)
}

fn closed() -> Reply {
    Reply::Close
}

fn unavailable() -> Reply {
    reply(500, &[("x-amzn-errortype", "ServiceException")], "{}")
}

fn kms() -> Reply {
    reply(502, &[("x-amzn-errortype", "KMSDisabledException")], "{}")
}

fn forbidden() -> Reply {
    reply(403, &[("x-amzn-errortype", "AccessDeniedException")], "{}")
}

fn failed() -> Reply {
    reply(200, &[("x-amz-function-error", "Unhandled")], "{}")
}

/// How often the service was called, and what came of it.
async fn calls(retry: &str, replies: Vec<fn() -> Reply>) -> (usize, u16) {
    let bench = Bench::answering(&lambda(&format!("function: f{retry}")), in_turn(replies));
    let answer = bench.gateway.post("{}").await;
    (bench.service.requests().len(), answer.status)
}

const FAST: &str = "attempts: 4, backoff: 1ms";

#[tokio::test]
async fn x9_a_call_that_was_sent_is_made_again_only_where_the_author_says_always() {
    for retry in ["", ", retry: none", ", retry: not-sent", ", retry: throttled"] {
        for broken in [closed, unavailable, kms, forbidden, failed] {
            assert_eq!(calls(retry, vec![broken, good]).await.0, 1, "{retry}");
        }
    }
    let always = format!(", retry: {{when: always, {FAST}}}");
    for broken in [closed, unavailable, throttled] {
        assert_eq!(calls(&always, vec![broken, broken, good]).await, (3, 200));
        assert_eq!(calls(&always, vec![broken]).await.0, 4);
    }
}

#[tokio::test]
async fn x8_what_no_repetition_mends_is_called_once() {
    let always = format!(", retry: {{when: always, {FAST}}}");
    for (broken, status) in [(kms as fn() -> Reply, 502), (forbidden, 502), (failed, 502)] {
        assert_eq!(calls(&always, vec![broken, good]).await, (1, status));
    }
}

#[tokio::test]
async fn x6_a_throttled_call_is_made_again_where_the_author_says_so() {
    for retry in ["", ", retry: none", ", retry: not-sent"] {
        assert_eq!(calls(retry, vec![throttled, good]).await, (1, 429), "{retry}");
    }
    let retry = format!(", retry: {{when: throttled, {FAST}}}");
    assert_eq!(calls(&retry, vec![throttled, throttled, throttled, good]).await, (4, 200));
    assert_eq!(calls(&retry, vec![throttled]).await, (4, 429));
    assert_eq!(calls(", retry: throttled", vec![throttled, good]).await, (2, 200));
}

#[tokio::test]
async fn what_aws_asks_to_wait_is_waited_or_handed_on() {
    let text = lambda("function: f, timeout: 20s, retry: {when: throttled, backoff: 1ms}");
    let patient = |_: &Recorded| reply(429, &[("retry-after", "30")], "{}");
    let bench = Bench::answering(&text, patient);
    let answer = bench.gateway.post("{}").await;
    // Half a minute does not fit into the time of the step, so the client learns at once how long to wait.
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("30")));
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn a_service_that_is_not_there_is_tried_again_unless_told_not_to() {
    for (retry, attempts) in [
        ("", "3"),
        (", retry: not-sent", "3"),
        (", retry: none", ""),
        (", retry: {attempts: 1}", ""),
        (", retry: {attempts: 5, backoff: 1ms}", "5"),
        (", retry: {when: always, attempts: 2, backoff: 1ms}", "2"),
        (", retry: {when: none, attempts: 5}", ""),
    ] {
        let text =
            format!("{}{}", lambda(&format!("function: f{retry}")), answering_all("$(error.name) $(error.attempts)"));
        let setup = Setup::with_lambda_at(format!("http://{}", closed_port()));
        let answer = setup.assembly(&text).serve_cleanly().get().await;
        assert_eq!(answer.text(), format!("ConnectionError {attempts}"), "{retry}");
    }
}

#[tokio::test]
async fn x10_the_time_of_the_step_is_for_all_calls_together() {
    for retry in ["none", "always", "{when: always, attempts: 10, backoff: 1ms}"] {
        let bench = Bench::answering(&lambda(&format!("function: f, timeout: 300ms, retry: {retry}")), |_| Reply::Hang);
        let answer = bench.gateway.post("{}").await;
        assert_eq!((answer.status, answer.fault_name()), (504, Some("LambdaTimeoutError")), "{retry}");
        assert_eq!(bench.service.requests().len(), 1, "{retry}");
    }
    // The wait before the next call would be longer than the time that is left.
    let text = lambda("function: f, timeout: 2s, retry: {when: always, backoff: 10s}");
    let bench = Bench::answering(&text, |_| Reply::Close);
    assert_eq!(bench.gateway.post("{}").await.fault_name(), Some("ConnectionError"));
    assert_eq!(bench.service.requests().len(), 1);
}

#[tokio::test]
async fn how_often_it_was_called_can_be_read() {
    let text = "
execute:
  - lambda: {function: f, output: answer, retry: {when: throttled, backoff: 1ms}}
  - set-variable: {actions: [{set: message.body, value: $(answer.attributes.lambda.attempts)}]}";
    let bench = Bench::answering(text, in_turn(vec![throttled, good]));
    assert_eq!(bench.gateway.get().await.text(), "2");
}

/// A service that holds every answer back until it is let go, and counts how many it holds at once.
struct Held {
    service: TestServer,
    state: Arc<(Mutex<bool>, std::sync::Condvar)>,
}

impl Held {
    fn new() -> Self {
        let state: Arc<(Mutex<bool>, std::sync::Condvar)> = Arc::default();
        let shared = state.clone();
        let service = TestServer::start(move |_| {
            let (open, changed) = &*shared;
            let held = changed.wait_timeout_while(open.lock().unwrap(), Duration::from_secs(30), |open| !*open);
            drop(held);
            good()
        });
        Held { service, state }
    }

    fn open(&self) {
        *self.state.0.lock().unwrap() = true;
        self.state.1.notify_all();
    }

    fn gateway(&self, assembly: &str) -> Gateway {
        Setup::with_lambda_at(self.service.url("")).assembly(assembly).serve_cleanly()
    }
}

/// Whether the next call finds no room.
async fn is_busy(gateway: &Gateway) -> bool {
    let answer = gateway.post("{}").await;
    match answer.fault_name() {
        Some("LambdaBusyError") => {
            assert_eq!(answer.status, 503);
            true
        }
        other => panic!("{other:?} {answer}"),
    }
}

#[tokio::test]
async fn so_many_calls_run_at_a_time_and_the_next_is_busy() {
    let held = Held::new();
    let gateway = held.gateway(&lambda("function: f, max-concurrency: 2, timeout: 20s"));
    let (first, second) = (gateway.post("{}"), gateway.post("{}"));
    let third = async {
        // Both are polled before this one, so both are inside.
        let busy = is_busy(&gateway).await;
        held.open();
        busy
    };
    let (first, second, busy) = tokio::join!(first, second, third);
    assert_eq!((first.status, second.status, busy), (200, 200, true));
    assert_eq!(held.service.requests().len(), 2, "the third never reached the service");
    assert_eq!(gateway.post("{}").await.status, 200, "there is room again");
}

#[tokio::test]
async fn every_way_out_makes_room() {
    let ways: [fn() -> Reply; 5] = [closed, throttled, failed, unavailable, || Reply::Hang];
    let text = lambda("function: f, max-concurrency: 1, timeout: 2s");
    let bench = Bench::answering(&text, in_turn(vec![ways[0], ways[1], ways[2], ways[3], ways[4], good]));
    for _ in ways {
        assert!(bench.gateway.post("{}").await.fault.is_some_and(|fault| fault.name != "LambdaBusyError"));
    }
    assert_eq!(bench.gateway.post("{}").await.status, 200);
}

#[tokio::test]
async fn a_client_that_leaves_makes_room() {
    let held = Held::new();
    let gateway = held.gateway(&lambda("function: f, max-concurrency: 1, timeout: 20s"));
    {
        let mut first = Box::pin(gateway.post("{}"));
        tokio::select! {
            biased;
            _ = &mut first => panic!("nothing answers yet"),
            busy = is_busy(&gateway) => assert!(busy),
        }
    }
    held.open();
    assert_eq!(gateway.post("{}").await.status, 200);
}

#[tokio::test]
async fn steps_and_versions_of_one_function_are_counted_together_and_others_apart() {
    let text = "
execute:
  - lambda: {function: f, qualifier: one, max-concurrency: 1, background: true}
  - lambda: {function: g, max-concurrency: 1, background: true}
  - lambda: {function: '$(request.parameters.id)', allowed-functions: [f, h], max-concurrency: 1}";
    let held = Held::new();
    let gateway = held.gateway(text);
    // The first step's call of `f` is running, so that of the third finds no room under whatever name.
    let answer = gateway.ask(Ask::get("/example/f")).await;
    assert_eq!((answer.status, answer.fault_name()), (503, Some("LambdaBusyError")));
    held.open();
    gateway.resources.background().idle().await;
    assert_eq!(gateway.ask(Ask::get("/example/h")).await.status, 200);
}

#[tokio::test]
async fn a_reload_counts_on() {
    let held = Held::new();
    let setup = Setup::with_lambda_at(held.service.url(""));
    let text = "execute:\n  - lambda: {function: f, max-concurrency: 1, background: true}";
    let gateway = setup.assembly(text).serve_cleanly();
    assert_eq!(gateway.post("{}").await.status, 200);
    let gateway = setup.reload(gateway, &lambda("function: f, max-concurrency: 1"));
    assert!(is_busy(&gateway).await);
    let gateway = setup.reload(gateway, &lambda("function: f, max-concurrency: 2, timeout: 20s"));
    held.open();
    assert_eq!(gateway.post("{}").await.status, 200);
}

#[tokio::test]
async fn a_busy_function_can_be_caught_and_passed_over() {
    let held = Held::new();
    let first = "execute:\n  - lambda: {function: f, max-concurrency: 1, background: true}";
    for (step, expected) in [
        (format!("{}{}", lambda("function: f, max-concurrency: 1"), answering_all("$(error.name)")), "LambdaBusyError"),
        (
            "execute:\n  - lambda: {function: f, max-concurrency: 1, output: answer, stop-on-error: []}\n  \
          - set-variable: {actions: [{set: message.body, value: $(answer.status.code)}]}"
                .to_owned(),
            "503",
        ),
    ] {
        let text = step.replacen("execute:", first, 1);
        assert_eq!(held.gateway(&text).post("{}").await.short(), (200, expected));
    }
    held.open();
}

#[tokio::test]
async fn o8_a_call_in_the_background_is_not_waited_for() {
    let held = Held::new();
    let text = "
execute:
  - lambda: {function: f, background: true, payload: template, payload-template: '{\"n\": $(message.body.n)}'}
  - set-variable: {actions: [{set: message.body, value: went on}]}";
    let gateway = held.gateway(text);
    // The service holds its answer back, and the client has one all the same.
    assert_eq!(gateway.post(r#"{"n": 1}"#).await.short(), (200, "went on"));
    held.open();
    gateway.resources.background().idle().await;
    let seen = held.service.requests();
    assert_eq!((seen.len(), &*seen[0].body), (1, &b"{\"n\": 1}"[..]));
    assert_eq!(gateway.resources.background().counters().succeeded.get(), 1);
}

#[tokio::test]
async fn a_call_in_the_background_leaves_the_message_to_later_steps_and_the_deadline_behind() {
    let held = Held::new();
    let setup = Setup::with_lambda_at(held.service.url(""))
        .settings(|settings| settings.requests.timeout = crate::value::Seconds(Duration::from_millis(100)));
    let gateway = setup.assembly(&lambda("function: f, background: true, timeout: 20s")).serve_cleanly();
    assert_eq!(gateway.post("kept").await.short(), (200, "kept"));
    // Longer than the request might have taken.
    tokio::time::sleep(Duration::from_millis(300)).await;
    held.open();
    gateway.resources.background().idle().await;
    assert_eq!(gateway.resources.background().counters().succeeded.get(), 1);
}

#[tokio::test]
async fn calls_in_the_background_that_fail_are_counted() {
    for broken in [failed as fn() -> Reply, throttled, closed, forbidden] {
        let bench = Bench::answering(&lambda("function: f, background: true"), move |_| broken());
        assert_eq!(bench.gateway.post("{}").await.status, 200);
        let background = bench.gateway.resources.background();
        background.idle().await;
        assert_eq!((background.counters().failed.get(), background.counters().succeeded.get()), (1, 0));
        assert_eq!(bench.service.requests().len(), 1);
    }
}

#[tokio::test]
async fn where_no_more_may_wait_the_fault_is_that_of_the_step() {
    let held = Held::new();
    let setup = Setup::with_lambda_at(held.service.url("")).settings(|settings| {
        settings.background.calls = 1;
        settings.background.queue = 1;
    });
    let gateway = setup.assembly(&lambda("function: f, background: true, timeout: 20s")).serve_cleanly();
    for _ in 0..2 {
        assert_eq!(gateway.post("{}").await.status, 200);
    }
    assert!(is_busy(&gateway).await);
    held.open();
    let background = gateway.resources.background();
    background.idle().await;
    assert_eq!((background.counters().succeeded.get(), background.counters().refused.get()), (2, 1));
    assert_eq!(held.service.requests().len(), 2);
    // A failure before the call is the request's fault too.
    let text = lambda("function: f, background: true, tenant-id: $(request.headers.none)");
    assert_eq!(setup.assembly(&text).serve_cleanly().get().await.fault_name(), Some("PropertyError"));
    let text = lambda("function: f, background: true, tenant-id: $(request.headers.none), stop-on-error: []");
    assert_eq!(setup.assembly(&text).serve_cleanly().get().await.status, 200);
}

#[tokio::test]
async fn a_real_function_runs_behind_the_request() {
    let code = "
import os

def handler(event, context):
    with open(os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'seen'), 'w') as file:
        file.write(event['id'])
";
    let Some(functions) = Functions::start(&[("archive.py", code)]).await else { return };
    let gateway = functions.setup().assembly(&lambda("function: archive, background: true")).serve_cleanly();
    assert_eq!(gateway.post(r#"{"id": "7"}"#).await.short(), (200, r#"{"id": "7"}"#));
    gateway.resources.background().idle().await;
    assert_eq!(functions.file("seen").as_deref(), Some("7"));
}

#[test]
fn limits_are_checked_at_load() {
    let forms = "`none`, `not-sent`, `throttled`, `always`, or a map with `when`, `attempts` and `backoff`";
    let nothing = |name: &str| {
        format!(
            "error G0308 nobody waits for the answer of a call in the background, so there is nothing for `{name}`; \
             remove `{name}`, or `background`"
        )
    };
    check(&[
        ("retry: often", &format!("6:23: error G0304 `retry` is `often`, expected {forms}")),
        ("retry: 3", &format!("6:23: error G0304 `retry` is `3`, expected {forms}")),
        ("retry: {attempts: 0}", "6:34: error G0304 `attempts` is `0`, expected at least 1"),
        ("retry: {attempts: 11}", "6:34: error G0304 `attempts` is `11`, expected at most 10"),
        (
            "retry: {when: often}",
            "6:30: error G0304 `when` is `often`, expected `none`, `not-sent`, `throttled` or `always`",
        ),
        ("retry: {back-off: 1}", "6:24: error G0303 `retry` has no property `back-off`; did you mean `backoff`?"),
        ("max-concurrency: 0", "6:33: error G0304 `max-concurrency` is `0`, expected at least 1"),
        ("max_concurrency: many", "6:33: error G0304 `max-concurrency` is text, expected a whole number"),
        ("background: true, output: x", &format!("6:42: {}", nothing("output"))),
        ("background: true, output: message", &format!("6:42: {}", nothing("output"))),
        ("background: true, variables: [{name: x, value: body}]", &format!("6:45: {}", nothing("variables"))),
        ("background: true, respond: true", &format!("6:43: {}", nothing("respond"))),
        ("background: true, cache: {time-to-live: 60}", &format!("6:41: {}", nothing("cache"))),
    ]);
    for good in [
        "retry: none",
        "retry: {}",
        "retry: {when: always, attempts: '5', backoff: 50ms}",
        "background: false, output: x",
    ] {
        assert_eq!(loaded(&format!("function: f, {good}")).findings(), [""; 0], "{good}");
    }
}
