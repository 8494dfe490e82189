//! Numbers keep their text on every way that a body takes, unless a step computes with them.

use crate::test_support::{Ask, Setup, document};

const BODY: &str = r#"{"id":9007199254740993,"p":10.00,"big":1e400,"l":[{"n":123456789012345678901234567890},0.12345678901234567890]}"#;

async fn through(steps: &str) -> String {
    let loaded = Setup::default().load(&document(&format!("execute:\n{steps}")));
    let ask = Ask::post("/example/1", BODY).header("content-type", "application/json");
    let answer = loaded.serve().ask(ask).await;
    assert_eq!(answer.status, 200, "{steps} {answer} {:?}", answer.fault);
    answer.text().to_owned()
}

const WHOLE_MAP: &str = "- map: {inputs: {in: {schema: {type: object}, variable: message.body}}, \
    outputs: {out: {schema: {type: object}, variable: message.body}}, actions: [{set: out, from: in}]}\n";
const MAP: &str = "- map: {inputs: {in: {schema: {type: object}, variable: message.body}}, \
    outputs: {out: {schema: {type: object}, variable: message.body}}, actions: [{set: out.id, from: in.id}, {set: out.p, from: in.p}, \
    {set: out.big, from: in.big}, {set: out.l, from: in.l}, {set: out.x, value: 'typeof $(in.id) && undefined'}]}\n";

#[tokio::test]
async fn bodies_keep_the_text_of_their_numbers() {
    for steps in [
        "- set-variable: {actions: [{set: message.body, value: $(message.body)}]}\n",
        "- set-variable: {actions: [{set: copy, value: $(request.body)}, {set: message.body, value: $(copy)}]}\n",
        "- set-variable: {actions: [{set: copy.a, value: $(message.body.l)}, {set: message.body.l, value: $(copy.a)}]}\n",
        "- parse: {}\n",
        WHOLE_MAP,
        MAP,
        "- parse: {}\n- redact: {root: message.body, redactions: [{path: gone}]}\n",
        "- extract: {root: message.body, extracts: [{capture: l, transform: $}]}\n",
        "- extract: {root: message.body, extracts: [{capture: id, transform: $}]}\n",
        "- gatewayscript: {source: \"context.set('message.body', context.get('message.body'))\"}\n",
    ] {
        assert_eq!(through(steps).await, BODY, "{steps}");
    }
    let redacted = through("- redact: {root: message.body, redactions: [{path: p}]}\n").await;
    assert_eq!(redacted, BODY.replace("10.00", "\"******\""));
}

#[tokio::test]
async fn parts_of_a_body_keep_the_text_of_their_numbers() {
    let set = |value: &str| format!("- set-variable: {{actions: [{{set: message.body, value: '{value}'}}]}}\n");
    for (steps, expected) in [
        (set("$(message.body.id) $(message.body.p) $(message.body.big)"), "9007199254740993 10.00 1e400"),
        (set("$(message.body.l.0.n)"), "123456789012345678901234567890"),
        ("- json-to-xml: {}\n- xml-to-json: {}\n".to_owned(), ""),
        ("- json-to-xml: {root-element-name: r}\n".to_owned(), ""),
    ] {
        let text = through(&steps).await;
        if expected.is_empty() {
            for number in ["9007199254740993", "10.00", "1e400", "123456789012345678901234567890"] {
                assert!(text.contains(number), "{steps} {text}");
            }
        } else {
            assert_eq!(text, expected, "{steps}");
        }
    }
}
