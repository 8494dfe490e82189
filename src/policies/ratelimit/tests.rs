//! Windows, weights, counts at a time, and what a client sees.

use std::time::Duration;

use crate::settings::{Live, Settings};
use crate::test_support::{Answer, Ask, Gateway, Reply, Setup, TestServer, document, ibm_document};

const LIMITS: &str = "
rate-limits:
  default: {value: 2/1minute}
  soft: {value: 1/1minute, hard-limit: false}
  ours: {value: 1/1minute, client: false}
  heavy: {value: 10/1minute, weight: message.body.n}
  tenant: {value: 1/1minute, per: [], dynamic-value: $(request.headers.x-tenant)}
burst-limits:
  spike: {value: 1/1second}
count-limits:
  one: {value: 1}
  kept: {value: 1, auto-replenish: false}
";

fn live() -> Live {
    serde_yaml::from_str::<Settings>(LIMITS).unwrap().split().1
}

fn setup() -> Setup {
    Setup::default().settings(|settings| *settings = live())
}

fn load(steps: &str) -> Gateway {
    setup().load(&document(&format!("execute:\n{steps}"))).serve_cleanly()
}

fn named(limits: &str) -> Gateway {
    load(&format!("- ratelimit: {{source: plan-named, {limits}}}\n"))
}

async fn statuses(gateway: &Gateway, count: usize) -> Vec<u16> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(gateway.get().await.status);
    }
    all
}

/// Lets this much time go by, for timers and not for the test.
async fn later(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
}

fn headers(answer: &Answer) -> [Option<&str>; 3] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "retry-after"].map(|name| answer.header(name))
}

#[tokio::test]
async fn a_window_refuses_what_goes_beyond_and_begins_anew() {
    let gateway = load("- ratelimit: {}\n");
    let first = gateway.get().await;
    assert_eq!(headers(&first), [Some("name=default,2;"), Some("name=default,1;"), None]);
    gateway.get().await;
    let refused = gateway.get().await;
    assert_eq!((refused.status, refused.fault_name()), (429, Some("AssemblyRateLimitError")));
    assert_eq!(headers(&refused), [Some("name=default,2;"), Some("name=default,0;"), Some("60")]);
    later(Duration::from_secs(61)).await;
    assert_eq!(gateway.get().await.status, 200);
}

#[tokio::test]
async fn headers_reach_the_client_behind_a_call_and_from_a_handler() {
    let service = TestServer::start(|seen| {
        assert_eq!(seen.header("x-ratelimit-limit"), None);
        Reply::Reply(200, Vec::new(), b"ok".to_vec())
    });
    let gateway = load(&format!("- ratelimit: {{}}\n- invoke: {{target-url: {}}}\n", service.url("/")));
    assert_eq!(gateway.get().await.header("x-ratelimit-remaining"), Some("name=default,1;"));
    let caught = load(
        "- ratelimit: {}\ncatch:\n- errors: [AssemblyRateLimitError]\n  execute:\n  - set-variable: {actions: [{set: message.body, value: $(error.limit)}]}\n",
    );
    statuses(&caught, 2).await;
    let answer = caught.get().await;
    assert_eq!(answer.short(), (200, "default"));
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("name=default,0;"));
}

#[tokio::test]
async fn a_soft_limit_lets_through_and_one_of_ours_answers_503_without_headers() {
    let soft = named("rate-limit: [{name: soft}]");
    assert_eq!(statuses(&soft, 3).await, [200, 200, 200]);
    assert_eq!(soft.get().await.header("x-ratelimit-remaining"), Some("name=soft,0;"));
    let ours = named("rate-limit: [{name: ours}]");
    assert_eq!(statuses(&ours, 2).await, [200, 503]);
    assert_eq!(headers(&ours.get().await), [None, None, None]);
}

#[tokio::test]
async fn weights_count_and_small_ones_count_one() {
    let gateway = named("rate-limit: [{name: heavy}]");
    for (body, status) in [
        (r#"{"n": 4}"#, 200),
        (r#"{"n": 0}"#, 200),
        (r#"{"n": -3}"#, 200),
        (r#"{"n": "3.9"}"#, 200),
        (r#"{"n": 2}"#, 429),
        ("{}", 200),
        (r#"{"n": {}}"#, 500),
    ] {
        assert_eq!(gateway.post(body).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn operations_take_back_look_and_count_without_refusing() {
    let breaker = load(
        "- ratelimit: {source: domain-named, rate-limit: [{name: default, operation: consume}]}
- switch: {case: [{condition: request.headers.fail = 'yes', execute: [{throw: {name: Broken}}]}]}
- ratelimit: {source: domain-named, rate-limit: [{name: default, operation: replenish}]}
",
    );
    assert_eq!(statuses(&breaker, 5).await, [200; 5]);
    for status in [500, 500, 429] {
        let answer = breaker.ask(Ask::get("/example/7").header("fail", "yes")).await;
        assert_eq!(answer.status, status);
    }
    assert_eq!(breaker.get().await.status, 429);
    let check = named("rate-limit: [{name: default, operation: check}]");
    assert_eq!(statuses(&check, 5).await, [200; 5]);
    let update = named("rate-limit: [{name: default, operation: update}]");
    assert_eq!(statuses(&update, 5).await, [200; 5]);
}

#[tokio::test]
async fn every_dynamic_value_has_a_count_of_its_own() {
    let gateway = named("rate-limit: [{name: tenant}]");
    for (tenant, status) in [("a", 200), ("b", 200), ("a", 429), ("", 200), ("b", 429), ("c", 200)] {
        let answer = gateway.ask(Ask::get("/example/7").header("x-tenant", tenant)).await;
        assert_eq!(answer.status, status, "{tenant}");
    }
}

#[tokio::test]
async fn burst_limits_come_first_and_may_be_names_or_maps() {
    for burst in ["[spike]", "[{name: spike}]"] {
        let gateway = named(&format!("burst-limit: {burst}, rate-limit: [{{name: default}}]"));
        assert_eq!(statuses(&gateway, 2).await, [200, 429]);
        later(Duration::from_secs(2)).await;
        // The request that the burst limit refused was not counted by the other.
        assert_eq!(gateway.get().await.header("x-ratelimit-remaining"), Some("name=spike,0; name=default,0;"));
    }
}

#[tokio::test]
async fn a_count_at_a_time_is_taken_back_at_the_end() {
    let gateway = named("count-limit: [{name: one}]");
    assert_eq!(statuses(&gateway, 3).await, [200; 3]);
    let twice = load("- ratelimit: {source: plan-named, count-limit: [{name: one}, {name: one, operation: inc}]}\n");
    assert_eq!(statuses(&twice, 2).await, [429; 2]);
    let kept = named("count-limit: [{name: kept}]");
    assert_eq!(statuses(&kept, 2).await, [200, 429]);
    let by_hand = load(
        "- ratelimit: {source: plan-named, count-limit: [{name: kept}]}\n- ratelimit: {source: plan-named, count-limit: [{name: kept, operation: dec}]}\n",
    );
    assert_eq!(statuses(&by_hand, 3).await, [200; 3]);
}

#[tokio::test]
async fn counts_survive_a_reload() {
    let setup = setup();
    let text = "execute:\n- ratelimit: {}\n";
    let gateway = setup.load(&document(text)).serve_cleanly();
    assert_eq!(statuses(&gateway, 2).await, [200; 2]);
    let gateway = setup.reload(gateway, &format!("{text}- set-variable: {{actions: []}}\n"));
    assert_eq!(gateway.get().await.status, 429);
}

#[tokio::test]
async fn the_shapes_of_real_documents_run() {
    let text = "execute:
- ratelimit:
    version: 2.2.0
    title: ratelimit
    source: catalog-named
    rate-limit:
    - name: default:1.0.0
      operation: consume
    count-limit:
    - name: one
      operation: inc
- ratelimit:
    version: 2.4.0
    source: plan-default
    description: again
";
    let gateway = setup().load(&ibm_document("datapower-api-gateway", text)).serve_cleanly();
    assert_eq!(gateway.get().await.header("x-ratelimit-remaining"), Some("name=default:1.0.0,1; name=default,1;"));
}

#[test]
fn mistakes_are_found_at_load() {
    let findings =
        |setup: Setup, step: &str| setup.load(&document(&format!("execute:\n- ratelimit: {step}\n"))).findings();
    for (step, words) in [
        ("{source: plan-named, rate-limit: [{name: defalt}]}", "did you mean `default`?"),
        ("{source: plan-named, count-limit: [{name: two}]}", "the settings have no count limit `two`"),
        ("{source: plan-named}", "warning G0308 the step names no limit"),
        ("{source: group}", "error G0307"),
        ("{source: plan-named, rate-limit: [{name: default, operation: add}]}", "error G0304"),
    ] {
        let found = findings(setup(), step);
        assert!(found.len() == 1 && found[0].contains(words), "{step}: {found:?}");
    }
    let served = findings(Setup::default(), "{}");
    assert!(served.len() == 1 && served[0].contains("error G0"), "{served:?}");
    let in_development = findings(Setup::default().check(), "{}");
    assert!(in_development.len() == 1 && in_development[0].contains("warning"), "{in_development:?}");
    let bad = |limit: &str| {
        let text = format!("rate-limits: {{default: {{value: 1/hour, {limit}}}}}");
        let live = serde_yaml::from_str::<Settings>(&text).unwrap().split().1;
        findings(Setup::default().settings(|settings| *settings = live), "{}")
    };
    assert!(bad("weight: '(('")[0].contains("error G0404 the limit's `weight` cannot be read"));
    assert!(bad("dynamic-value: '$('")[0].contains("error G0401"));
}
