//! Exports as their authors have them: each spelling and feature through a compiled document.

mod authorizers;
mod cors;
mod http;
mod lambda;
mod mock;
mod placeholders;
mod refused;
mod rest;
mod shapes;
mod templates;
mod validators;

use std::sync::Arc;

use crate::test_support::{Answer, Ask, Recorded, Reply, Setup, TestServer, json_reply};

/// The long spelling of a `uri` around a function's ARN.
fn long(arn: &str) -> String {
    format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations")
}

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

/// A REST API with one integration at `POST /orders/{id}`. Its first line is line 7, ten columns in.
fn rest(integration: &str) -> String {
    let head = "swagger: '2.0'\ninfo: {title: shop, version: 2024-01-01}\npaths:\n  /orders/{id}:\n    post:\n";
    format!("{head}      x-amazon-apigateway-integration:\n{}", indented(integration))
}

/// An HTTP API with one integration at `POST /orders/{id}`.
fn http_api(integration: &str) -> String {
    let head = "openapi: 3.0.1\nx-amazon-apigateway-importexport-version: '1.0'\npaths:\n  /orders/{id}:\n    post:\n";
    format!("{head}      x-amazon-apigateway-integration:\n{}", indented(integration))
}

fn indented(text: &str) -> String {
    text.trim_start_matches('\n').lines().map(|line| format!("        {line}\n")).collect()
}

/// A Lambda service that answers every call with this proxy response, and settings that call it.
fn function(answer: &'static str) -> (Arc<TestServer>, Setup) {
    let server = Arc::new(TestServer::start(move |_| json_reply(200, answer)));
    let setup = Setup::with_lambda_at(server.url("/"));
    (server, setup)
}

const FINE: &str = r#"{"statusCode": 201, "headers": {"X-Way": "function"}, "body": "made"}"#;

async fn post(setup: &Setup, document: &str) -> Answer {
    setup.load(document).serve().ask(Ask::post("/orders/7?q=1", "{}").header("content-type", "application/json")).await
}

/// The only request that a server received.
fn only(server: &TestServer) -> Recorded {
    let all = server.requests();
    assert_eq!(all.len(), 1);
    all.into_iter().next().expect("a request")
}

/// A service that answers with its own status and a header that nobody asked for.
fn service(status: u16) -> TestServer {
    TestServer::start(move |_| {
        let headers = [("content-type", "text/plain"), ("x-shop", "main"), ("access-control-allow-origin", "evil")];
        Reply::Reply(status, headers.map(|(name, value)| (name, value.to_owned())).into(), b"from the service".to_vec())
    })
}
