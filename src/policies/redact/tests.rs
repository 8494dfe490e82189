use serde_json::json;

use crate::test_support::{Answer, Ask, Gateway, Setup, document, ibm_document};

fn v10(properties: &str) -> Gateway {
    Setup::default().load(&document(&format!("execute:\n- redact: {properties}\n"))).serve_cleanly()
}

fn v5(actions: &str) -> Gateway {
    let text = format!("execute:\n- redact:\n    version: 1.0.0\n    title: redact\n    actions: {actions}\n");
    Setup::default().load(&ibm_document("datapower-gateway", &text)).serve_cleanly()
}

const ORDER: &str = r#"{"id": 7, "card": "4111", "lines": [{"card": 42, "ok": true}, {"card": {"n": [1, null]}}]}"#;

#[tokio::test]
async fn values_are_hidden_and_removed_where_they_stand() {
    for (properties, expected) in [
        (
            "{root: message.body, redactions: [{path: '$.**.card'}]}",
            json!({"id": 7, "card": "******", "lines": [
                {"card": "******", "ok": true}, {"card": {"n": ["******", "******"]}}]}),
        ),
        (
            "{root: message.body, redactions: [{path: '$.**.card', action: remove}]}",
            json!({"id": 7, "lines": [{"ok": true}, {}]}),
        ),
        (
            "{root: message.body.lines, redactions: [{path: '$[0].card', action: remove}, {path: ok, action: redact}]}",
            json!({"id": 7, "card": "4111", "lines": [{"ok": "******"}, {"card": {"n": [1, null]}}]}),
        ),
        (
            "{redactions: [{path: 'message.body.lines[ok].card'}]}",
            json!({"id": 7, "card": "4111", "lines": [{"card": "******", "ok": true}, {"card": {"n": [1, null]}}]}),
        ),
        ("{redactions: [{path: message.body.lines, action: remove}]}", json!({"id": 7, "card": "4111"})),
        ("{root: message.body, redactions: [{path: none.at.all}]}", serde_json::from_str(ORDER).unwrap()),
        ("{root: log.request_body, redactions: [{path: '$.**.card'}]}", serde_json::from_str(ORDER).unwrap()),
    ] {
        assert_eq!(v10(properties).post(ORDER).await.json(), expected, "{properties}");
    }
}

#[tokio::test]
async fn a_path_without_a_root_reaches_everything() {
    let assembly = "execute:\n- parse: {output: order}\n- set-variable: {actions: [{set: own.card, value: secret}]}\n\
        - redact: {redactions: [{path: '$.**.card'}]}\n- set-variable: {actions: [\
        {set: message.headers.x-all, value: \"$(order.body.card) $(own.card) $(request.body.card) $(message.body.card)\"}, \
        {set: message.headers.x-card, value: $(request.headers.card)}]}\n";
    let gateway = Setup::default().load(&document(assembly)).serve_cleanly();
    let answer = gateway.ask(Ask::post("/example/7", ORDER).header("card", "4111")).await;
    assert_eq!(answer.header("x-all"), Some("****** ****** ****** ******"));
    assert_eq!(answer.header("x-card"), Some("******"));
}

#[tokio::test]
async fn headers_and_variables_are_places_too() {
    let assembly = "execute:\n- set-variable: {actions: [{set: own.a.b, value: x}]}\n- redact: {redactions: [\
        {path: message.headers.authorization, action: remove}, {path: own.a.b}]}\n- set-variable: {actions: [\
        {set: message.body, value: \"[$(message.headers.authorization)] $(own.a.b)\"}]}\n";
    let gateway = Setup::default().load(&document(assembly)).serve_cleanly();
    let answer = gateway.ask(Ask::get("/example/7").header("authorization", "Bearer x")).await;
    assert_eq!(answer.text(), "[] ******");
}

const XML: &str = "<o xmlns:p=\"urn:p\" id=\"7\"><card n=\"1\">41<b>11</b></card><p:card/><card>x</card></o>";

#[tokio::test]
async fn xml_is_redacted_by_xpath() {
    for (path, action, expected) in [
        (
            "//card",
            "redact",
            "<o xmlns:p=\"urn:p\" id=\"7\"><card n=\"1\">******<b/></card><p:card/><card>******</card></o>",
        ),
        ("//card", "remove", "<o xmlns:p=\"urn:p\" id=\"7\"><p:card/></o>"),
        ("//@*", "remove", "<o xmlns:p=\"urn:p\"><card>41<b>11</b></card><p:card/><card>x</card></o>"),
        (
            "//p:card | /o/@id",
            "redact",
            "<o xmlns:p=\"urn:p\" id=\"******\"><card n=\"1\">41<b>11</b></card><p:card/><card>x</card></o>",
        ),
        ("/o", "remove", "<o xmlns:p=\"urn:p\"/>"),
    ] {
        let properties =
            format!("{{root: message.body, redactions: [{{path: \"$xpath($, '{path}')\", action: {action}}}]}}");
        assert_eq!(v10(&properties).post(XML).await.text().replace("<b></b>", "<b/>"), expected, "{path}");
        let v5 = v5(&format!("[{{path: \"{path}\", action: {action}, from: [response]}}]"));
        assert_eq!(v5.post(XML).await.text().replace("<b></b>", "<b/>"), expected, "v5 {path}");
    }
}

#[tokio::test]
async fn names_lead_into_xml_too() {
    let hidden = "<o xmlns:p=\"urn:p\" id=\"7\"><card n=\"1\">******<b/></card><p:card/><card>******</card></o>";
    for path in ["'$.**.card'", "card", "o.card", "'*.card'"] {
        for parse in ["", "- parse: {}\n"] {
            let assembly =
                format!("execute:\n{parse}- redact: {{root: message.body, redactions: [{{path: {path}}}]}}\n");
            let gateway = Setup::default().load(&document(&assembly)).serve_cleanly();
            assert_eq!(gateway.post(XML).await.text().replace("<b></b>", "<b/>"), hidden, "{path}");
        }
        if !path.contains('$') {
            let v5 = v5(&format!("[{{action: redact, from: [all], path: {path}}}]"));
            assert_eq!(v5.post(XML).await.text().replace("<b></b>", "<b/>"), hidden, "v5 {path}");
        }
    }
    let removed = v10("{redactions: [{path: '$.**.card', action: remove}]}");
    assert_eq!(removed.post(XML).await.text(), "<o xmlns:p=\"urn:p\" id=\"7\"/>");
}

#[tokio::test]
async fn version_1_finds_json_by_the_names_in_its_xml_form() {
    for (actions, expected) in [
        (
            "[{action: redact, from: [all], path: \"//*[@name='card']\"}]",
            json!({"id": 7, "card": "******", "lines": [
                {"card": "******", "ok": true}, {"card": {"n": ["******", "******"]}}]}),
        ),
        (
            "[{action: remove, from: [response], path: \"/json:object/*[@name='lines']/json:object[1]/*[@name='card']\"}]",
            json!({"id": 7, "card": "4111", "lines": [{"ok": true}, {"card": {"n": [1, null]}}]}),
        ),
        (
            "[{action: remove, from: [request, response], path: \"//json:number[. = 42] | //json:boolean\"}]",
            json!({"id": 7, "card": "4111", "lines": [{}, {"card": {"n": [1, null]}}]}),
        ),
        ("[{action: remove, path: lines.card}]", json!({"id": 7, "card": "4111", "lines": [{"ok": true}, {}]})),
        ("[{action: redact, from: [logs], path: \"//*\"}]", serde_json::from_str(ORDER).unwrap()),
    ] {
        assert_eq!(v5(actions).post(ORDER).await.json(), expected, "{actions}");
    }
}

#[tokio::test]
async fn what_is_hidden_of_the_request_is_hidden_from_the_service() {
    let answer: Answer = v5("[{action: redact, from: [request], path: id}]").post(ORDER).await;
    assert_eq!(answer.json()["id"], "******");
}

#[test]
fn an_action_without_a_path_is_a_warning() {
    let text = "execute:\n- redact:\n    version: 1.0.0\n    actions:\n    - action: redact\n      from: [all]\n";
    let findings = Setup::default().load(&ibm_document("datapower-gateway", text)).findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains("warning G0308 an action without `path` hides nothing"), "{findings:?}");
}

#[tokio::test]
async fn a_body_that_cannot_be_looked_into_is_a_fault() {
    for (body, words) in [("plain text", "the body is not JSON"), ("<a>", "the body is not XML")] {
        let answer = v10("{root: message.body, redactions: [{path: a}]}").post(body).await;
        assert_eq!(answer.fault_name(), Some("RedactionError"), "{body}");
        assert!(answer.text().contains(words), "{body}: {answer}");
    }
    let xpath = v10("{root: message.body, redactions: [{path: \"$xpath($, 'count(//a)')\"}]}");
    assert!(xpath.post("<a/>").await.text().contains("finds a value and no places"));
    assert!(xpath.post("<!DOCTYPE a><a/>").await.text().contains("document type"));
    assert_eq!(v10("{root: message.body, redactions: [{path: a}]}").get().await.short(), (200, ""));
}

#[test]
fn mistakes_are_found_at_load() {
    let find =
        |properties: &str| Setup::default().load(&document(&format!("execute:\n- redact: {properties}\n"))).findings();
    for (properties, expected) in [
        ("{redactions: [{path: a + 1}]}", "api.yaml:6:34: error G0404 the path cannot be read: this is not a path"),
        ("{redactions: [{path: '*.a'}]}", "error G0404 the path must begin with a name"),
        (
            "{root: message.body, redactions: [{path: \"$xpath($, '//a[]')\"}]}",
            "error G0404 the path cannot be read: this is not XPath 1.0",
        ),
        ("{actions: [{path: //a}]}", "error G0308 `actions` does not belong to version 2.0.0 of `redact`"),
        ("{version: 1.0.0, redactions: [{path: a}]}", "error G0308 `redactions` does not belong to version 1.0.0"),
        (
            "{root: message.status, redactions: [{path: \"$xpath($, '//a')\"}]}",
            "`$xpath` looks into the body of a message",
        ),
    ] {
        let findings = find(properties);
        assert!(findings.len() == 1 && findings[0].contains(expected), "{properties}: {findings:?}");
    }
}
