//! Tests of the methods that an operation takes.

use crate::test_support::{Ask, Setup};

const ASSEMBLY: &str =
    "x-assembly: {execute: [{set-variable: {actions: [{set: message.body, value: $(request.verb)}]}}]}\n";

#[tokio::test]
async fn head_goes_to_get_unless_something_else_takes_it() {
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: a, version: '1'}}\npaths:\n  /a: {{get: {{responses: {{}}}}}}\n  /b: {{post: {{responses: {{}}}}}}\n{ASSEMBLY}"
    );
    let gateway = Setup::default().load(&text).serve_cleanly();
    let head = gateway.ask(Ask::new("HEAD", "/a")).await;
    assert_eq!((head.status, head.text()), (200, "HEAD"));
    assert_eq!(gateway.ask(Ask::new("HEAD", "/b")).await.status, 405);
    assert_eq!(gateway.ask(Ask::new("PUT", "/a")).await.status, 405);
}

/// AWS has a method HEAD only where it is written.
#[tokio::test]
async fn an_export_of_aws_takes_what_it_lists() {
    let integration = "x-amazon-apigateway-integration: {type: mock, requestTemplates: {application/json: '{\"statusCode\": 200}'}, responses: {default: {statusCode: '200'}}}";
    let text = format!(
        "openapi: 3.0.1\ninfo: {{title: a, version: '1'}}\npaths:\n  /a: {{get: {{responses: {{'200': {{description: ok}}}}, {integration}}}}}\n"
    );
    let gateway = Setup::default().load(&text).serve();
    assert_eq!(gateway.ask(Ask::new("GET", "/a")).await.status, 200);
    assert_ne!(gateway.ask(Ask::new("HEAD", "/a")).await.status, 200);
}
