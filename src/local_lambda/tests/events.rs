//! Asynchronous calls: the queue, its retries and the dead-letter log.

use serde_json::{Value, json};

use super::{Bench, has};
use crate::local_lambda::Notice;

/// Fails until it was tried as often as its event says.
const STUBBORN: &str = r#"
tries = 0

def handler(event, context):
    global tries
    tries += 1
    print("try", tries)
    if tries < event["until"]:
        raise ValueError("not yet")
"#;

async fn stubborn(events: &str) -> Bench {
    let settings = format!("stubborn:\n  concurrency: 1\n  events: {events}\n");
    Bench::with(&[("stubborn.py", STUBBORN), ("functions.yaml", &settings)]).await
}

async fn event(bench: &Bench, payload: &str) {
    let answer = bench.call("stubborn", payload).with("x-amz-invocation-type", "Event").send().await;
    assert_eq!((answer.status, answer.text().as_str()), (202, ""));
}

#[tokio::test]
async fn a_failed_event_is_tried_again_and_a_lost_one_written_down() {
    if !has("python3") {
        return;
    }
    let mut bench = stubborn("{retries: 1, wait: 0, dead-letter-log: lost.jsonl}").await;
    event(&bench, "{\"until\":\n 4}").await;
    let lost = Notice::EventLost { function: "stubborn".to_owned(), attempts: 2, written: Some(Ok(())) };
    assert_eq!(bench.news().await, lost);
    let text = std::fs::read_to_string(bench.folder.path().join("lost.jsonl")).expect("the log");
    assert_eq!(text.lines().count(), 1, "{text}");
    let letter: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(letter["requestPayload"], json!({"until": 4}));
    let context = &letter["requestContext"];
    assert_eq!((&context["condition"], &context["approximateInvokeCount"]), (&json!("RetriesExhausted"), &json!(2)));
    assert_eq!(letter["responseContext"]["functionError"], "Unhandled");
    assert_eq!(letter["responsePayload"]["errorMessage"], "not yet");
    // The process has been tried twice, so the next event succeeds on its second try: the next news is of an edit.
    event(&bench, r#"{"until": 4}"#).await;
    bench.says("try 4").await;
    bench.write("stubborn.py", "def handler(event, context): pass");
    assert_eq!(bench.news().await, Notice::Reloaded { function: "stubborn".to_owned() });
    let again = std::fs::read_to_string(bench.folder.path().join("lost.jsonl")).expect("the log");
    assert_eq!(again, text);
}

#[tokio::test]
async fn without_a_log_a_lost_event_is_told() {
    if !has("python3") {
        return;
    }
    let mut bench = stubborn("{retries: 0}").await;
    event(&bench, r#"{"until": 4}"#).await;
    let news = bench.news().await;
    assert_eq!(
        news.to_string(),
        "function stubborn: an event failed 1 times and is lost; name a dead-letter-log in functions.yaml to keep such events"
    );
}
