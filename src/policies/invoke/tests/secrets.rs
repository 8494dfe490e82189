//! `username`, `password` and `api-key`.

use super::Bench;
use crate::test_support::{Ask, Setup, TestServer, json_reply};

#[tokio::test]
async fn basic_credentials_and_keys_replace_the_clients() {
    let text = "
properties: {password: 'p:ä$'}
execute:
  - invoke: {target-url: '${UPSTREAM}', username: '$(message.body.user)', password: $(password), api-key: $(password)x}";
    let service = TestServer::start(|_| json_reply(200, "{}"));
    let setup = Setup::default().env("UPSTREAM", service.url(""));
    let gateway = setup.assembly(text).serve_cleanly();
    let ask = Ask::post("/example/7", "{\"user\": \"jürgen\"}");
    let ask = ask.header("authorization", "Bearer mine").header("x-api-key", "mine").header("x-api-key", "again");
    gateway.ask(ask.header("connection", "x-api-key, authorization")).await;
    let seen = service.requests().remove(0);
    let all = |name: &str| -> Vec<String> {
        seen.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    assert_eq!(all("authorization"), [format!("Basic {}", basic("jürgen", "p:ä$"))]);
    assert_eq!(all("x-api-key"), ["p:ä$x"]);
}

fn basic(user: &str, password: &str) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(format!("{user}:{password}"))
}

#[tokio::test]
async fn empty_ones_are_none() {
    let bench = Bench::new(&super::invoke("target-url: '${UPSTREAM}', username: '', password: '', api-key: ''"));
    bench.gateway.ask(Ask::get("/example/7").header("authorization", "Bearer mine")).await;
    let seen = bench.seen();
    assert_eq!((seen.header("authorization"), seen.header("x-api-key")), (Some("Bearer mine"), None));
}

#[tokio::test]
async fn what_no_header_can_carry_is_refused_without_being_shown() {
    let text = "
execute:
  - set-variable: {actions: [{set: key, value: '$(message.body)'}]}
  - invoke: {target-url: '${UPSTREAM}', api-key: $(key)}";
    let bench = Bench::new(text);
    let answer = bench.gateway.post("canary\r\nx-evil: 1").await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("PropertyError")));
    assert!(!format!("{answer:?}").contains("canary"), "{answer:?}");
    assert_eq!(bench.service.requests().len(), 0);
}
