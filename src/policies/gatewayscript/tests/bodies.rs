//! A JSON body that no step has parsed: an object, and text where a script takes it for text.

use serde_json::json;

use super::{post, table, v5};
use crate::test_support::{Ask, Setup, ibm_document};

#[tokio::test]
async fn an_unparsed_body_is_also_its_text() {
    let body = "context.get('message.body')";
    let sent = r#"{"a": {"b": [1, "two"]}, "n": 1.5}"#;
    let cases: Vec<(String, serde_json::Value)> = vec![
        (format!("JSON.parse({body}).n"), json!(1.5)),
        ("JSON.parse(apim.getvariable('message.body')).n".to_owned(), json!(1.5)),
        ("JSON.parse(context.get('request.body')).a.b[1]".to_owned(), json!("two")),
        ("JSON.parse(context.get('message').body).n".to_owned(), json!(1.5)),
        (format!("{body}.a.b[1]"), json!("two")),
        (format!("String({body})"), json!(sent)),
        (format!("{body} + ''"), json!(sent)),
        (format!("`${{{body}}}`"), json!(sent)),
        (format!("{body}.toString()"), json!(sent)),
        (format!("typeof {body}"), json!("object")),
        (format!("{body}.length"), json!(sent.len())),
        (format!("{body}.match(/\"n\": ([0-9.]+)/)[1]"), json!("1.5")),
        (format!("{body}.replace(/two/, '2').indexOf('2')"), json!(17)),
        (format!("Buffer.from({body}).toString()"), json!(sent)),
        (format!("Object.keys({body})"), json!(["a", "n"])),
        (
            format!("(() => {{ const names = []; for (const name in {body}) names.push(name); return names; }})()"),
            json!(["a", "n"]),
        ),
        (body.to_owned(), json!({"a": {"b": [1, "two"]}, "n": 1.5})),
        (format!("Object.assign({{}}, {body}, {{n: 2}})"), json!({"a": {"b": [1, "two"]}, "n": 2})),
        (
            format!(
                "(() => {{ const body = {body}; body.length = 7; return body.length + Object.keys(body).length; }})()"
            ),
            json!(10),
        ),
    ];
    for (script, expected) in cases {
        table(&[(&script, expected)]).await;
    }
}

#[tokio::test]
async fn a_list_keeps_its_own_methods_and_is_text_too() {
    for (script, expected) in [
        ("JSON.parse(body)[1].id", "2"),
        ("body.length", "2"),
        ("body.map((one) => one.id).join()", "1,2"),
        ("body.indexOf(2)", "-1"),
        ("'' + body", r#"[{"id":1},{"id":2}]"#),
        ("Array.isArray(body)", "true"),
    ] {
        let script = format!("const body = context.get('message.body'); context.message.body.write(String({script}));");
        assert_eq!(post(&script, r#"[{"id":1},{"id":2}]"#).await.text(), expected, "{script}");
    }
}

#[tokio::test]
async fn the_text_is_that_of_the_time_when_the_body_was_read() {
    let script = "const body = context.get('message.body'); context.set('message.body', 'x'); \
                  context.message.body.write(body + context.get('message.body'));";
    assert_eq!(post(script, r#"{"a":1}"#).await.text(), r#"{"a":1}x"#);
}

#[tokio::test]
async fn what_a_step_has_parsed_or_made_is_an_object_only() {
    for step in ["parse: {}", "set-variable: {actions: [{set: message.body.b, value: 1}]}"] {
        let script = "        context.message.body.write(String(context.get('message.body')));\n";
        let assembly =
            format!("execute:\n  - {step}\n  - gatewayscript:\n      version: 2.0.0\n      source: |\n{script}");
        let gateway = Setup::default().load(&crate::test_support::document(&assembly)).serve();
        assert_eq!(gateway.ask(Ask::post("/example/7", r#"{"a":1}"#)).await.text(), "[object Object]", "{step}");
    }
}

#[tokio::test]
async fn a_body_with_a_byte_order_mark_is_json_without_it() {
    let script = "context.message.body.write(JSON.parse(context.get('message.body')).a);";
    assert_eq!(post(script, "\u{feff}{\"a\":\"b\"}").await.text(), "b");
}

#[tokio::test]
async fn v5_scripts_may_take_bodies_for_text() {
    let ask = || Ask::post("/example/7", r#"{"a":"b"}"#).header("content-type", "application/json");
    let script = "apim.setvariable('message.body', JSON.parse(apim.getvariable('request.body')).a);";
    assert_eq!(v5(script).ask(ask()).await.text(), "b");
    for script in [
        "JSON.parse(request.body).a",
        "JSON.parse(message.body).a",
        "request.body.a",
        "get('message.body') + '' && 'b'",
    ] {
        let source = serde_json::to_string(&format!("message.body = {script};")).unwrap();
        let text = ibm_document("micro-gateway", &format!("execute:\n- javascript: {{source: {source}}}\n"));
        let answer = Setup::default().load(&text).serve().ask(ask()).await;
        assert_eq!(answer.text(), "b", "{script} {:?}", answer.fault);
    }
}

const RELATED: &str = "--b\r\nContent-Type: application/json\r\nContent-Id: <root>\r\n\r\n{}\r\n--b\r\nContent-Type: text/xml;\r\n \
    charset=utf-8\r\ncontent-id: <pic1>\r\n\r\n<a>1</a>\r\n--b\r\nContent-Location: uri1\r\n\r\n{\"n\": [1]}\n--b--x\r\n--b--\r\n";

#[tokio::test]
async fn attachments_of_a_multipart_body_can_be_read() {
    for (kind, script, expected) in [
        ("multipart/related; boundary=b", "all.length", "2"),
        ("multipart/related; boundary=\"b\"; start=\"<pic1>\"", "all[0].headers['Content-Type']", "application/json"),
        ("multipart/related; boundary=b", "all[0].headers['Content-Type']", "text/xml; charset=utf-8"),
        ("multipart/related; boundary=b", "all['cid:pic1'].body", "<a>1</a>"),
        ("multipart/related; boundary=b", "all['uri1'].body.toString().slice(0, 10)", "{\"n\": [1]}"),
        ("multipart/related; boundary=b", "context.get('message.attachments')[0].body", "<a>1</a>"),
        ("Multipart/Form-Data; boundary=b", "all.length", "3"),
        ("multipart/related; boundary=c", "all.length", "0"),
        ("multipart/related", "all.length", "0"),
        ("text/plain; boundary=b", "all.length", "0"),
    ] {
        let script = format!("const all = context.message.attachments; context.message.body.write(String({script}));");
        let ask = Ask::post("/example/7", RELATED).header("content-type", kind);
        let answer = super::gateway(&script).ask(ask).await;
        assert_eq!(answer.text(), expected, "{kind} {script} {:?}", answer.fault);
    }
    let script = "context.message.attachments[0].body.readAsXML((error, nodes) => \
                  context.message.body.write(nodes.item(0).textContent + context.message.attachments.length));";
    let ask = || Ask::post("/example/7", RELATED).header("content-type", "multipart/related; boundary=b");
    assert_eq!(super::gateway(script).ask(ask()).await.text(), "12");
    let change = super::gateway("context.message.attachments.push({});").ask(ask()).await;
    assert_eq!(change.fault_name(), Some("JavaScriptError"));
}
