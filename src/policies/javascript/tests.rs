//! The variables are globals, and what changes goes back.

use serde_json::json;

use crate::test_support::{Answer, Ask, Setup, ibm_document};

async fn post(script: &str, more: &str, body: &str) -> Answer {
    let source = serde_json::to_string(script).unwrap();
    let text = ibm_document("micro-gateway", &format!("execute:\n- javascript: {{source: {source}}}\n{more}"));
    Setup::default()
        .load(&text)
        .serve()
        .ask(Ask::post("/example/7", body).header("content-type", "application/json"))
        .await
}

#[tokio::test]
async fn what_a_script_changes_goes_back() {
    for (script, expected) in [
        ("message.body = {a: 1};", json!({"a": 1})),
        ("message.body.b = request.verb;", json!({"n": 1, "b": "POST"})),
        ("message.body.path = api.operation.path;", json!({"n": 1, "path": "/example/{id}"})),
        ("message.body = get('request.verb');", json!("POST")),
        ("set('message.body', {c: 2});", json!({"c": 2})),
        ("delete message.body.n;", json!({})),
        ("message.body = [1, this === undefined];", json!([1, false])),
        ("var hidden = 1; message.body = typeof hidden;", json!("number")),
        (
            "message.body = [typeof require, typeof process, typeof setTimeout, typeof Buffer, typeof session, typeof console];",
            json!(["undefined", "undefined", "undefined", "undefined", "object", "object"]),
        ),
        ("request.parameters.id = 'x'; message.body = get('request.parameters.id');", json!(7)),
    ] {
        let answer = post(script, "", "{\"n\": 1}").await;
        assert_eq!(answer.status, 200, "{script} {answer} {:?}", answer.fault);
        let found = serde_json::from_slice(&answer.body).unwrap_or_else(|_| json!(answer.text()));
        assert_eq!(found, expected, "{script}");
    }
}

#[tokio::test]
async fn headers_status_and_variables_go_back() {
    let script = "message.headers['x-a'] = 'b'; message.status = {code: 202}; made = {deep: [1]}; counter = counter + 1; var own = 5;";
    let before = "execute:\n- set-variable: {actions: [{set: counter, value: 1}]}\n";
    let after = "- set-variable: {actions: [{set: message.body, value: '$(made.deep.0) $(counter) $(own)'}]}\n";
    let source = serde_json::to_string(script).unwrap();
    let text = ibm_document("micro-gateway", &format!("{before}- javascript: {{source: {source}}}\n{after}"));
    let answer = Setup::default().load(&text).serve().get().await;
    assert_eq!((answer.short(), answer.header("x-a")), ((202, "1 2 "), Some("b")));
}

#[tokio::test]
async fn a_thrown_name_is_the_faults_name() {
    for (script, name, message) in [
        ("throw {name: 'Mine', message: 'mine'};", "Mine", "mine"),
        ("var e = new Error('own'); e.name = 'Own'; throw e;", "Own", "own"),
        ("throw 'x';", "JavaScriptError", "Internal Error"),
        ("throw new Error('x');", "JavaScriptError", "Internal Error"),
        ("nope();", "ReferenceError", "nope is not defined"),
        ("null.x;", "TypeError", "cannot read property 'x' of null"),
    ] {
        let answer = post(script, "", "{}").await;
        assert_eq!(answer.json(), json!({"name": name, "message": message}), "{script}");
        assert_eq!(answer.status, 500, "{script}");
    }
}

#[tokio::test]
async fn what_one_request_makes_the_next_does_not_see() {
    let script = "message.body = typeof made + typeof Object.prototype.x; made = 1; Object.prototype.x = 1;";
    let source = serde_json::to_string(script).unwrap();
    let text = ibm_document("micro-gateway", &format!("execute:\n- javascript: {{source: {source}}}\n"));
    let gateway = Setup::default().load(&text).serve();
    for _ in 0..5 {
        assert_eq!(gateway.get().await.text(), "undefinedundefined");
    }
}
