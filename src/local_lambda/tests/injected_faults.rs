//! Weights of aliases, and faults on purpose.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Bench, has};

const ECHO: &str = "def handler(event, context):\n    return context.function_version\n";

async fn echo(settings: &str) -> Bench {
    Bench::with(&[("echo.py", ECHO), ("functions.yaml", &format!("echo:\n  versions: [1, 2]\n{settings}"))]).await
}

#[tokio::test]
async fn an_alias_picks_between_two_versions() {
    if !has("python3") {
        return;
    }
    let aliases = "  aliases:\n    all: {version: 1, weights: {2: 1}}\n    none: {version: 1, weights: {2: 0.0}}\n    \
                   half: {version: 1, weights: {2: 0.5}}\n";
    let bench = echo(aliases).await;
    assert_eq!(bench.value("echo:all", "{}").await, json!("2"));
    assert_eq!(bench.value("echo:none", "{}").await, json!("1"));
    let mut seen = BTreeSet::new();
    // That sixty fair picks are all the same happens once in 10^17 runs.
    for _ in 0..60 {
        let answer = bench.call("echo:half", "{}").send().await;
        let version = answer.json().as_str().map(str::to_owned);
        assert_eq!(answer.header("x-amz-executed-version"), version.as_deref());
        seen.insert(version);
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn switched_faults_answer_as_the_service_does() {
    let cases = [
        ("throttled", 429, "TooManyRequestsException"),
        ("service-error", 500, "ServiceException"),
        ("not-ready", 409, "SnapStartNotReadyException"),
        ("no-network", 502, "ENILimitReachedException"),
        ("denied", 403, "AccessDeniedException"),
    ];
    for (word, status, code) in cases {
        let bench = echo(&format!("  faults: {{answer: {word}}}\n")).await;
        let answer = bench.call("echo", "{}").send().await;
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (status, Some(code)), "{word}");
        assert_eq!(answer.header("retry-after").is_some(), word == "throttled", "{word}");
    }
    let bench = echo("  faults: {answer: function-error}\n").await;
    let answer = bench.call("echo", "{}").send().await;
    assert_eq!((answer.status, answer.header("x-amz-function-error")), (200, Some("Unhandled")));
    assert_eq!(answer.json()["errorType"], "Injected");
}

#[tokio::test]
async fn a_switch_counts_calls_and_is_edited_while_the_service_runs() {
    if !has("python3") {
        return;
    }
    let mut bench = echo("  faults: {answer: throttled, every: 2}\n").await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(bench.call("echo", "{}").send().await.status);
    }
    assert_eq!(seen, [200, 429, 200, 429]);
    bench.write("functions.yaml", "echo: {faults: {answer: closed}}\n");
    bench.news().await;
    assert!(bench.call("echo", "{}").try_send().await.is_none(), "the connection closes without an answer");
    bench.write("functions.yaml", "echo: {}\n");
    bench.news().await;
    assert_eq!(bench.call("echo", "{}").send().await.status, 200);
}
