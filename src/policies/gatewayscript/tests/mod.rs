//! Scripts through the whole gateway.

mod bodies;
mod callbacks;
mod calls;
mod conditions;
mod errors;
mod hostile;
mod modules;
mod names;
mod numbers;
mod surface;
mod tokens;
mod xml;

use serde_json::Value;

use crate::test_support::{Answer, Ask, Gateway, Setup, document, ibm_document};

/// A document with one `gatewayscript` 2.0.0. The script's first line is line 9 of the file, eleven columns in.
fn text(script: &str) -> String {
    let script: String = script.trim_matches('\n').lines().map(|line| format!("        {line}\n")).collect();
    document(&format!("execute:\n  - gatewayscript:\n      version: 2.0.0\n      source: |\n{script}"))
}

fn gateway(script: &str) -> Gateway {
    Setup::default().load(&text(script)).serve()
}

/// The same as a GatewayScript of the v5 compatible gateway.
fn v5(script: &str) -> Gateway {
    let script: String = script.trim_matches('\n').lines().map(|line| format!("        {line}\n")).collect();
    let assembly = format!("execute:\n  - gatewayscript:\n      version: 1.0.0\n      source: |\n{script}");
    Setup::default().load(&ibm_document("datapower-gateway", &assembly)).serve()
}

async fn post(script: &str, body: &str) -> Answer {
    gateway(script).ask(Ask::post("/example/7?a=1&b=x%20y", body).header("content-type", "application/json")).await
}

/// The value that a script passes to `say`.
async fn says(script: &str) -> Value {
    let whole = format!("const say = (value) => context.message.body.write(JSON.stringify(value));\n{script}");
    let answer = post(&whole, r#"{"a": {"b": [1, "two"]}, "n": 1.5}"#).await;
    assert_eq!(answer.status, 200, "{script}\n{answer}\n{:?}", answer.fault);
    answer.json()
}

async fn table(cases: &[(&str, Value)]) {
    for (script, expected) in cases {
        assert_eq!(says(&format!("say({script});")).await, *expected, "{script}");
    }
}
