//! Tests which bodies are read, and which stream through untouched.

use crate::test_support::{Ask, Setup, assembly, closed_port};

/// The ops of an assembly, `before` and the closing `stop` left out where they are alone.
fn ops(text: &str) -> String {
    assembly(text).ops().join(" ")
}

const HEADER: &str = "set-variable: {actions: [{set: message.headers.x-a, value: $(request.headers.x-b)}]}";
const INVOKE: &str = "invoke: {target-url: 'http://h/'}";
const OUTPUT: &str = "invoke: {target-url: 'http://h/', output: other}";
const READ: &str = "set-variable: {actions: [{set: a, value: $(message.body.x)}]}";
const REPLACE: &str = "set-variable: {actions: [{set: message.body, value: constant}]}";

#[test]
fn a_body_that_nothing_reads_is_never_loaded() {
    for (steps, expected) in [
        (&[HEADER][..], "before set-variable stop"),
        (&[INVOKE], "before invoke stop"),
        (&[HEADER, INVOKE, HEADER], "before set-variable invoke set-variable stop"),
        (&[INVOKE, INVOKE], "before invoke invoke stop"),
        (&[OUTPUT, REPLACE], "before invoke set-variable stop"),
        (&[REPLACE, INVOKE], "before set-variable invoke stop"),
    ] {
        assert_eq!(ops(&execute(steps)), expected, "{steps:?}");
    }
}

#[test]
fn a_body_is_loaded_before_the_step_that_reads_it() {
    for (steps, expected) in [
        (&[READ][..], "before load set-variable stop"),
        (&[INVOKE, READ], "before invoke load set-variable stop"),
        (&[READ, INVOKE, HEADER], "before load set-variable invoke set-variable stop"),
        (&["lambda: {function: f, region: eu-west-1}"], "before load lambda stop"),
        (&["lambda: {function: f, region: eu-west-1, input: ''}"], "before lambda stop"),
        (&["set-variable: {actions: [{set: a, value: $(message)}]}"], "before load set-variable stop"),
        (&["set-variable: {actions: [{set: message.body.x, value: 1}]}"], "before load set-variable stop"),
        (&["set-variable: {actions: [{add: message.body, value: 1}]}"], "before load set-variable stop"),
        (&["set-variable: {actions: [{clear: message.body.x}]}"], "before load set-variable stop"),
        (&["throw: {name: X, message: 'got $(message.body)'}"], "before load throw stop"),
        (&["invoke: {target-url: 'http://h/$(message.body.id)'}"], "before load invoke stop"),
    ] {
        assert_eq!(ops(&execute(steps)), expected, "{steps:?}");
    }
}

#[test]
fn a_body_that_is_sent_on_and_needed_again_is_loaded_before_it_is_sent() {
    // The response is the message, whose body the first call would have used up.
    assert_eq!(ops(&execute(&[OUTPUT])), "before load invoke stop");
    let get = "invoke: {target-url: 'http://h/', verb: GET, output: other}";
    assert_eq!(ops(&execute(&[get])), "before invoke stop", "a GET sends no body");
    assert_eq!(ops(&execute(&[OUTPUT, INVOKE])), "before load invoke invoke stop");
    assert_eq!(ops(&execute(&[OUTPUT, READ])), "before load invoke load set-variable stop");
}

#[test]
fn a_handler_that_needs_the_body_keeps_it_and_one_that_replaces_it_does_not() {
    let catch = |step: &str| format!("{}catch:\n  - default:\n      - {step}\n", execute(&[INVOKE]));
    assert_eq!(ops(&catch(READ)), "before load invoke stop load set-variable stop");
    assert_eq!(ops(&catch(HEADER)), "before load invoke stop set-variable stop");
    assert_eq!(ops(&catch(REPLACE)), "before invoke stop set-variable stop");
    assert_eq!(ops(&catch("throw: {name: X}")), "before invoke stop throw stop");
}

#[test]
fn finally_that_needs_the_body_keeps_it_also_for_a_fault_that_nothing_catches() {
    let finally = |steps: &[&str], last: &str| format!("{}finally:\n  - {last}\n", execute(steps));
    assert_eq!(ops(&finally(&[INVOKE], READ)), "before load invoke stop load set-variable stop");
    assert_eq!(ops(&finally(&[INVOKE], HEADER)), "before invoke stop set-variable stop");
    assert_eq!(ops(&finally(&["throw: {name: X}"], READ)), "before throw stop load set-variable stop");
}

#[test]
fn the_body_of_the_request_is_kept_from_the_start() {
    let late = "set-variable: {actions: [{set: a, value: $(request.body.x)}]}";
    assert_eq!(ops(&execute(&[INVOKE, late])), "before load invoke set-variable stop");
}

#[tokio::test]
async fn the_body_of_the_request_stays_what_the_client_sent() {
    let text = execute(&[
        REPLACE,
        "set-variable: {actions: [{set: message.body, value: '$(message.body) $(request.body.x) <$(request.body)>'}]}",
    ]);
    let answer = assembly(&text).serve_cleanly().post(r#"{"x":  1}"#).await;
    assert_eq!(answer.short(), (200, r#"constant 1 <{"x":  1}>"#));
}

#[tokio::test]
async fn finally_reads_the_body_of_a_call_that_failed() {
    let service = crate::test_support::TestServer::start(|_| crate::test_support::json_reply(200, "{}"));
    let text = format!(
        "{}finally:\n  - invoke: {{target-url: '${{UPSTREAM}}/audit', output: done}}\n",
        execute(&[&format!("invoke: {{target-url: 'http://{}', stop-on-error: [ConnectionError]}}", closed_port())])
    );
    let answer = Setup::default().env("UPSTREAM", service.url("")).assembly(&text).serve_cleanly().post("kept").await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("ConnectionError")));
    assert_eq!(String::from_utf8_lossy(&service.requests()[0].body), "kept");
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_where_a_step_reads_it_and_passes_where_none_does() {
    let setup = Setup::default().settings(|settings| settings.requests.body_bytes = 8);
    let read = setup.assembly(&execute(&[READ])).serve();
    for ask in [Ask::post("/example/7", "123456789"), Ask::post("/example/7", "").chunked(&["12345", "6789"])] {
        let answer = read.ask(ask).await;
        assert_eq!((answer.status, answer.fault_name()), (413, Some("BadRequestError")));
    }
    assert_eq!(read.post("12345678").await.status, 200);
    let through = setup.assembly(&execute(&[HEADER])).serve();
    assert_eq!(through.post("123456789").await.short(), (200, "123456789"));
}

#[tokio::test]
async fn a_body_of_the_request_that_cannot_be_read_is_caught_by_name() {
    let text = "
execute:
  - set-variable: {actions: [{set: a, value: $(request.body.x)}]}
catch:
  - errors: [BadRequestError]
    execute:
      - set-variable: {actions: [{set: message.body, value: caught $(error.status.code)}]}";
    let setup = Setup::default().settings(|settings| settings.requests.body_bytes = 4);
    assert_eq!(setup.assembly(text).serve_cleanly().post("123456").await.short(), (200, "caught 413"));
}

fn execute(steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("  - {step}\n")).collect();
    format!("execute:\n{steps}")
}
