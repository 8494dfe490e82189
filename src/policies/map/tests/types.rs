//! Values have the types of the schemas of inputs and outputs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::test_support::{Answer, Ask, Setup, ibm_document};

/// A map in a document of each gateway, asked with a query.
async fn both(inputs: &str, outputs: &str, actions: &str, query: &str) -> [Answer; 2] {
    let answer = async |gateway: &str, version: &str| {
        let assembly = format!(
            "execute:\n- map:\n    version: {version}\n    inputs: {inputs}\n    outputs: {outputs}\n    actions: {actions}\n"
        );
        let text = ibm_document(gateway, &assembly);
        let declared = "parameters: [{name: a, in: query, type: integer}, {name: b, in: query, type: integer}, \
            {name: t, in: query, type: boolean}, {name: id, in: path, required: true, type: string}], responses:";
        let text = text.replace(
            "/example/{id}': {}",
            &format!("/example/{{id}}': {{get: {{{declared} {{'200': {{description: ok}}}}}}}}"),
        );
        Setup::default().load(&text).serve().ask(Ask::get(&format!("/example/7?{query}"))).await
    };
    [answer("datapower-api-gateway", "2.0.0").await, answer("datapower-gateway", "1.0.0").await]
}

const INPUTS: &str = "{a: {schema: {type: integer}, variable: request.parameters.a}, \
    b: {schema: {type: integer}, variable: request.parameters.b}, \
    t: {schema: {type: boolean}, variable: request.parameters.t}, \
    id: {schema: {type: string}, variable: request.parameters.id}, \
    h: {schema: {type: number}, variable: request.headers.host}}";
const OUTPUT: &str = "{out: {variable: message.body, schema: {type: object, properties: {sum: {type: integer}, first: {type: integer}, \
    not: {type: boolean}, text: {type: string}, id: {type: integer}, list: {type: array, items: {type: integer}}, any: {}}}}}";

#[tokio::test]
async fn parameters_have_the_types_of_the_inputs() {
    for (actions, expected) in [
        (
            "[{set: out.sum, from: [a, b], value: $(a) + $(b)}, {set: out.first, from: a}]",
            json!({"sum": 3, "first": 1}),
        ),
        ("[{set: out.not, from: t, value: '!$(t)'}]", json!({"not": true})),
        ("[{set: out.any, from: t}]", json!({"any": false})),
        ("[{set: out.any, value: 'typeof $(a) + typeof $(t) + typeof $(id)'}]", json!({"any": "numberbooleanstring"})),
        ("[{set: out.any, from: h}]", json!({"any": "gateway.test"})),
    ] {
        for answer in both(INPUTS, OUTPUT, actions, "a=1&b=2&t=false").await {
            assert_eq!(answer.json(), expected, "{actions}");
        }
    }
}

#[tokio::test]
async fn what_has_no_type_gets_that_of_the_output() {
    for (actions, expected) in [
        ("[{set: out.id, from: id}]", json!({"id": 7})),
        ("[{set: out.list, from: id}]", json!({"list": [7]})),
        ("[{set: out.sum, value: \"'4' + '2'\"}]", json!({"sum": 42})),
        ("[{set: out.text, value: 40 + 2}]", json!({"text": 42})),
        ("[{set: out.not, default: 'true'}, {set: out.sum, default: '0'}]", json!({"not": true, "sum": 0})),
        ("[{set: out.sum, default: none}]", json!({"sum": "none"})),
    ] {
        for answer in both(INPUTS, OUTPUT, actions, "a=1&b=2&t=false").await {
            assert_eq!(answer.json(), expected, "{actions}");
        }
    }
}

#[tokio::test]
async fn members_of_a_body_have_the_types_of_its_schema() {
    let schema = "{type: object, properties: {n: {type: number}, t: {type: boolean}, l: {type: array, items: {type: integer}}, \
        rows: {type: array, items: {type: object, properties: {q: {type: integer}}}}}}";
    let assembly = format!(
        "execute:\n- map:\n    inputs: {{in: {{schema: {schema}, variable: message.body}}}}\n    outputs: {{out: {{schema: {{type: object}}, \
         variable: message.body}}}}\n    actions:\n    - {{set: out.n, value: $(in.n) + 1}}\n    - {{set: out.t, value: '!$(in.t)'}}\n    \
         - {{set: out.l, from: in.l}}\n    - create: out.rows\n      foreach: in.rows\n      actions: [{{set: q, value: $(q) * 2}}]\n"
    );
    let loaded = Setup::default().load(&crate::test_support::document(&assembly));
    let body = r#"{"n": "5", "t": "false", "l": ["1", 2, "x"], "rows": [{"q": "4"}]}"#;
    let answer = loaded.serve_cleanly().post(body).await;
    assert_eq!(answer.json(), json!({"n": 6, "t": true, "l": [1, 2, "x"], "rows": [{"q": 8}]}));
}

/// The log of a test on its thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_input_that_is_no_json_is_told_once() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let assembly = "execute:\n- map:\n    title: orders\n    inputs: {in: {schema: {type: object}, content: application/json, variable: message.body}}\n    \
        outputs: {out: {schema: {type: object}, variable: message.body}}\n    actions:\n    - {create: out.rows, foreach: in.rows, actions: [{set: a, from: a}]}\n    \
        - {set: out.b, value: $(in.b) + 1}\n";
    let gateway = Setup::default().load(&crate::test_support::document(assembly)).serve_cleanly();
    let answer = gateway.ask(Ask::post("/example/1", "<html>").header("content-type", "application/json")).await;
    assert_eq!(answer.json(), json!({"rows": []}));
    let lines = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(lines.matches("an input of a map is not JSON").count(), 1, "{lines}");
    assert!(lines.contains("step=orders") && lines.contains("input=in") && !lines.contains("<html>"), "{lines}");
}
