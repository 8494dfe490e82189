use crate::test_support::{Ask, Setup};

const DOCUMENT: &str = r"openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /orders:
    get: {operationId: list, responses: {'200': {description: ok}}}
    post: {operationId: create, responses: {'200': {description: ok}}}
  /orders/{id}:
    get: {responses: {'200': {description: ok}}}
    put: {responses: {'200': {description: ok}}}
x-assembly:
  execute:
  - set-variable: {actions: [{set: message.body, value: nothing}]}
";

fn say(text: &str) -> String {
    format!("[{{set-variable: {{actions: [{{set: message.body, value: {text}}}]}}}}]")
}

/// The document with a switch of these cases.
fn switch(cases: &[(&str, &str)], otherwise: Option<&str>) -> String {
    let mut text = format!("{DOCUMENT}  - operation-switch:\n      case:\n");
    for (operations, answer) in cases {
        text += &format!("      - operations: {operations}\n        execute: {}\n", say(answer));
    }
    if let Some(answer) = otherwise {
        text += &format!("      otherwise: {}\n", say(answer));
    }
    text
}

async fn answers(text: &str) -> Vec<String> {
    let gateway = Setup::default().load(text).serve_cleanly();
    let mut answers = Vec::new();
    for (verb, path) in [("GET", "/orders"), ("POST", "/orders"), ("GET", "/orders/7"), ("PUT", "/orders/7")] {
        answers.push(gateway.ask(Ask::new(verb, path)).await.text().to_owned());
    }
    answers
}

#[tokio::test]
async fn the_first_case_that_names_the_operation_runs() {
    let cases = [
        ("[list, {verb: Put, path: '/orders/{id}'}]", "first"),
        ("[{operationId: list}, {operationId: create}]", "second"),
    ];
    assert_eq!(answers(&switch(&cases, Some("other"))).await, ["first", "second", "other", "first"]);
    assert_eq!(answers(&switch(&cases, None)).await, ["first", "second", "nothing", "first"]);
}

#[test]
fn an_operation_that_the_document_lacks_is_told_with_the_nearest_one() {
    for (operation, expected) in [
        ("lisst", "the document has no operation `lisst`, so this case never runs"),
        ("{verb: get, path: '/orders/{ID}'}", "the document has no operation `GET /orders/{ID}`"),
        ("{verb: delete, path: /orders}", "the document has no operation `DELETE /orders`"),
    ] {
        let findings = Setup::default().load(&switch(&[(&format!("[{operation}]"), "x")], None)).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains("15:22: warning G0501") && findings[0].contains(expected), "{findings:?}");
    }
}
