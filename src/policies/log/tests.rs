use serde_json::{Value, json};

use crate::test_support::{Ask, Setup, assembly, document};

const SHOW: &str = "- set-variable: {actions: [{set: message.body, value: $(log)}]}\n";

async fn record(step: &str, ask: Ask) -> Value {
    let text = format!("execute:\n- log: {step}\n{SHOW}");
    Setup::default().load(&document(&text)).serve_cleanly().ask(ask).await.json()
}

fn ask() -> Ask {
    Ask::post("/example/7?q=1", r#"{"a": 1}"#).header("authorization", "Bearer canary").header("x-a", "b")
}

#[tokio::test]
async fn a_level_says_how_much_is_gathered() {
    for level in [
        "{}",
        "{log-level: activity}",
        "{log-level: default, mode: gather-and-send}",
        "{log-level: $(request.headers.none)}",
    ] {
        let record = record(level, ask()).await;
        let some = ["request_method", "uri_path", "resource_path", "status_code", "client_ip", "api_name"]
            .map(|name| &record[name]);
        assert_eq!(json!(some), json!(["POST", "/example/7", "/example/{id}", 200, "192.0.2.7", "example"]), "{level}");
        assert_eq!(record["datetime"], "2023-11-14T22:13:20Z");
        assert!(record.get("request_http_headers").is_none() && record.get("request_body").is_none());
    }
    let headers = record("{log-level: header}", ask()).await;
    assert_eq!(headers["query_string"], "q=1");
    let seen = headers["request_http_headers"].as_array().unwrap();
    assert!(seen.contains(&json!({"authorization": "***"})) && seen.contains(&json!({"x-a": "b"})), "{headers}");
    assert!(headers.get("request_body").is_none());
    let payload = record("{version: 2.1.0, log-level: payload}", ask()).await;
    assert_eq!((&payload["request_body"], &payload["response_body"]), (&json!({"a": 1}), &json!({"a": 1})));
}

#[tokio::test]
async fn nothing_is_gathered_at_the_level_none_and_an_unknown_one_is_a_fault() {
    let none = assembly(&format!("execute:\n- log: {{log-level: none}}\n{SHOW}")).serve_cleanly().get().await;
    assert_eq!(none.text(), "");
    let wrong = assembly("execute:\n- log: {log-level: $(request.verb)}\n").serve_cleanly().get().await;
    assert_eq!(wrong.fault_name(), Some("PropertyError"));
    let found = assembly("execute:\n- log: {log-level: everything}\n").findings();
    assert!(found[0].contains("error G0308 `everything` is no level of a record"), "{found:?}");
}
