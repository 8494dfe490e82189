//! Every rule: what it finds, and what it lets pass.

use crate::test_support::{Setup, document, ibm_document};

const OPEN: &str = "warning G0907 everybody may call every operation of `example`";

/// The findings of an audit without that of the open door, which these documents share.
fn audit(text: &str) -> Vec<String> {
    let found = Setup::default().check().load(text).audit();
    found.into_iter().filter(|line| !line.contains(OPEN)).collect()
}

/// One step under `x-assembly`.
fn of_step(step: &str) -> Vec<String> {
    audit(&document(&format!("execute:\n- {step}\n")))
}

fn found(lines: &[String], words: &str) -> bool {
    lines.iter().any(|line| line.contains(words))
}

#[test]
fn each_rule_finds_what_it_is_for() {
    let pair = "aws-access-key-id: '${KEY}', aws-secret-access-key: '${SECRET}'";
    for (step, words) in [
        ("invoke: {target-url: 'https://a.example'}", "note G0901 this `invoke` has no `timeout`"),
        ("lambda: {function: f, region: eu-west-1}", "note G0901 this `lambda` has no `timeout`"),
        ("switch: {case: [{condition: 'true', execute: [{lambda: {function: f, region: eu-west-1}}]}]}", "note G0901"),
        ("if: {condition: '$count([1..message.body.n]) > 2', execute: []}", "warning G0407 data decides the end"),
        ("parse: {parse-settings-reference: {parse-settings: {max_doc_size: 0}}}", "warning G0903"),
        (
            "lambda: {function: '$(request.headers.f)', allowed-functions: ['a*'], region: eu-west-1, timeout: 1}",
            "error G0906 `a*`",
        ),
        (&format!("lambda: {{function: f, region: eu-west-1, timeout: 1, {pair}}}"), "warning G0905"),
        ("invoke: {target-url: 'http://a.example', timeout: 1, username: u, password: hunter2}", "error G0606"),
        ("invoke: {target-url: 'http://a.example', timeout: 1, username: u, password: hunter2}", "warning G0607"),
    ] {
        let lines = of_step(step);
        assert!(found(&lines, words), "{step}: {lines:?}");
        assert!(!lines.iter().any(|line| line.contains("hunter2")), "{lines:?}");
    }
}

#[test]
fn what_is_well_done_passes() {
    for step in [
        "invoke: {target-url: 'https://a.example', timeout: 5}",
        "invoke: {target-url: 'https://a.example', timeout: 5, username: u, password: $(word)}",
        "lambda: {function: '$(request.headers.f)', allowed-functions: ['orders-*'], region: eu-west-1, timeout: 1s}",
        "parse: {parse-settings-reference: {parse-settings: {max_doc_size: 1000}}}",
        "set-variable: {actions: [{set: message.headers.authorization, value: 'Bearer $(token)'}]}",
    ] {
        let text = document(&format!("properties: {{word: '${{WORD:-x}}', token: ''}}\nexecute:\n- {step}\n"));
        let lines = audit(&text);
        assert!(lines.iter().all(|line| line.contains(" G0402 ") || !line.contains(" G0")), "{step}: {lines:?}");
    }
}

#[test]
fn secrets_are_found_wherever_they_stand_and_never_shown() {
    let secret = "3q2-7wQkQm9vZ3V5c2VjcmV0";
    for place in [
        format!("properties: {{orders-password: {secret}}}\nexecute: []\n"),
        format!("properties: {{key: '{{\"kty\": \"oct\", \"k\": \"{secret}\"}}'}}\nexecute: []\n"),
        format!(
            "execute:\n- set-variable: {{actions: [{{set: message.headers.authorization, value: 'Basic {secret}'}}]}}\n"
        ),
        format!("execute:\n- gatewayscript: {{source: \"var pem = '-----BEGIN RSA PRIVATE KEY-----{secret}';\"}}\n"),
        format!("execute:\n- gatewayscript: {{source: \"var id = 'AKIAIOSFODNN7EXAMPLE'; // {secret}\"}}\n"),
    ] {
        let lines = audit(&document(&place));
        assert!(found(&lines, "error G0606"), "{place}: {lines:?}");
        assert!(!lines.iter().any(|line| line.contains(secret)), "{lines:?}");
    }
    let catalogs = "properties: {api-key: {value: ''}}\n  catalogs: {Live: {properties: {api-key: abcdefgh}}}\n";
    let text = ibm_document("datapower-api-gateway", "execute: []\n");
    assert!(found(&audit(&format!("{text}  {catalogs}")), "error G0606"));
}

#[test]
fn a_handler_that_tells_too_much_is_found() {
    let with = |value: &str| {
        audit(&document(&format!(
            "execute:\n- throw: {{name: Mine}}\ncatch:\n- default:\n  - set-variable: {{actions: [{{set: message.body, value: {value}}}]}}\n"
        )))
    };
    assert!(found(&with("'no: $(error.message)'"), "warning G0904"));
    assert!(!found(&with("sorry"), "G0904"));
    let before = document("execute:\n- set-variable: {actions: [{set: message.body, value: $(error.message)}]}\n");
    assert!(!found(&audit(&before), "G0904"));
    let own = ibm_document(
        "datapower-gateway",
        "execute:\n- invoke: {target-url: 'https://a.example', timeout: 1, catch: [{errors: [ConnectionError], execute: [{gatewayscript: {source: \"apim.output(apim.getvariable('error.message'))\"}}]}]}\n",
    );
    assert!(found(&audit(&own), "warning G0904"));
}

#[test]
fn open_doors_are_counted_once_where_all_are_open() {
    let text = document("execute: []\n");
    let open = Setup::default().check().load(&text).audit();
    assert!(open.iter().filter(|line| line.contains("G0907")).count() == 1 && found(&open, OPEN), "{open:?}");
    let some = "swagger: '2.0'\ninfo: {title: example, version: 1.0.0}
securityDefinitions: {id: {type: apiKey, in: header, name: X-IBM-Client-Id}}
security: [{id: []}]
paths: {/a: {get: {}, post: {security: []}, put: {security: [{id: []}, {}]}}}
x-assembly: {execute: [{activity-log: {}}]}\n";
    let lines = Setup::default().check().load(some).audit();
    let open: Vec<&String> = lines.iter().filter(|line| line.contains("G0907")).collect();
    assert!(open.len() == 2 && found(&lines, "`POST /a`") && found(&lines, "`PUT /a`"), "{lines:?}");
}

#[test]
fn pages_of_every_origin_are_told_apart_by_what_they_may_do() {
    let with = |cors: &str| audit(&document(&format!("cors: {cors}\nexecute: []\n")));
    assert!(found(&with("true"), "note G0902"));
    assert!(found(&with("{policy: [{allow-origin: ['*'], allow-credentials: true}]}"), "error G0902"));
    assert!(!found(&with("{policy: [{allow-origin: ['https://shop.example'], allow-credentials: true}]}"), "G0902"));
}

#[test]
fn a_target_that_a_request_chooses_is_an_error() {
    let text =
        ibm_document("datapower-api-gateway", "execute:\n- invoke: {target-url: $(request.headers.to), timeout: 1}\n");
    assert!(found(&audit(&text), "error G0702"));
}
