//! JavaScript conditions of `switch` and `if`.

use super::{Ask, Setup};
use crate::test_support::{document, ibm_document};

/// Whether a condition of the v5 engine holds.
async fn holds(condition: &str, ask: Ask) -> (u16, String) {
    let condition = serde_json::to_string(condition).unwrap();
    let text = ibm_document(
        "datapower-gateway",
        &format!(
            "execute:\n- set-variable: {{version: 1.0.0, actions: [{{set: flag, value: 'on'}}]}}\n- switch:\n    version: 1.0.0\n    case:\n    - condition: {condition}\n      execute: [{{set-variable: {{actions: [{{set: message.body, value: 'yes'}}]}}}}]\n    - otherwise: [{{set-variable: {{actions: [{{set: message.body, value: 'no'}}]}}}}]\n"
        ),
    );
    let answer = Setup::default().load(&text).serve().ask(ask).await;
    (answer.status, answer.text().to_owned())
}

#[tokio::test]
async fn conditions_of_real_documents_are_answered() {
    for (condition, expected) in [
        ("((request.verb==='POST')&&(api.operation.path==='/example/{id}'))", "yes"),
        ("((request.verb==='GET')&&(api.operation.path==='/example/{id}'))", "no"),
        ("apim.getvariable('oidc-credential') !== undefined", "no"),
        ("apim.getvariable('flag') !== undefined", "yes"),
        ("apim.getvariable('flag') === 'on'", "yes"),
        ("context.get('flag') == 'on'", "yes"),
        ("request.headers['x-a'] === 'b'", "yes"),
        ("request.headers['X-A'] === 'b'", "no"),
        ("'$(request.headers.x-a)' === 'b'", "yes"),
        ("'$(request.headers.x-a)$(flag)' == \"bon\"", "yes"),
        ("'$(request.headers.nothing)' === ''", "yes"),
        ("$(message.body).n > 1", "yes"),
        ("$(message.body.n) === 2", "yes"),
        ("message.body.n > 1 && message.body.list.some(function (x) { return x === 3; })", "yes"),
        ("!message.body.nothing", "yes"),
        ("flag", "yes"),
        ("var n = message.body.n; n === 2", "yes"),
        ("return message.body.n === 2", "yes"),
        ("'$(request.headers.custom-status-code)'", "no"),
        ("/^b$/.test(request.headers['x-a'])", "yes"),
        ("(function (a) { return a })(0)", "no"),
    ] {
        let ask = Ask::post("/example/7", "{\"n\": 2, \"list\": [1, 3]}").header("x-a", "b");
        assert_eq!(holds(condition, ask).await, (200, expected.to_owned()), "{condition}");
    }
}

#[tokio::test]
async fn a_value_of_the_request_is_never_source() {
    for attack in ["b' || '", "' || true || '", "'); throw 1; ('", "${1}", "\\"] {
        let ask = Ask::get("/example/7").header("x-a", attack);
        assert_eq!(holds("'$(request.headers.x-a)' === 'b'", ask).await.1, "no", "{attack}");
    }
}

#[tokio::test]
async fn a_condition_that_throws_is_a_runtime_error() {
    for condition in ["nothing.there", "apim.getvariable('a').b", "for(;;){}"] {
        let text = ibm_document(
            "datapower-gateway",
            &format!("execute:\n- if: {{version: 1.0.0, condition: \"{condition}\", execute: []}}\n"),
        );
        let setup = Setup::default().settings(|settings| {
            settings.scripts.timeout = crate::value::Seconds(std::time::Duration::from_millis(200))
        });
        let answer = setup.load(&text).serve().get().await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("RuntimeError")), "{condition}");
    }
}

#[test]
fn a_mistake_in_a_condition_has_its_place() {
    let text = ibm_document(
        "datapower-gateway",
        "execute:\n- if: {version: 1.0.0, condition: \"request.verb === \", execute: []}\n- if: {version: 1.0.0, condition: \"'$(a' === 'b'\", execute: []}\n- if: {version: 1.0.0, condition: \"a +* b\", execute: []}\n",
    );
    let found = Setup::default().load(&text).findings();
    assert!(
        found[0].starts_with("api.yaml:8:") && found[0].contains("G0404 the condition cannot be read"),
        "{found:?}"
    );
    assert!(found[1].starts_with("api.yaml:9:41: error G0401"), "{found:?}");
    assert!(found[2].starts_with("api.yaml:10:43: error G0404 the condition cannot be read"), "{found:?}");
}

#[tokio::test]
async fn in_a_switch_of_v10_javascript_runs_under_ibms_carriers_and_is_refused_under_ours() {
    let steps = "execute:\n- switch:\n    version: 2.0.0\n    case:\n    - condition: \"((request.verb==='GET'))\"\n      execute: [{set-variable: {actions: [{set: message.body, value: ran}]}}]\n";
    let loaded = Setup::default().load(&ibm_document("datapower-api-gateway", steps));
    let found = loaded.findings();
    assert!(
        found.len() == 1
            && found[0]
                .contains("warning G0404 this condition is JavaScript where JSONata belongs; it runs as JavaScript"),
        "{found:?}"
    );
    assert_eq!(loaded.serve().get().await.text(), "ran");
    let found = Setup::default().load(&document(steps)).findings();
    assert!(found[0].contains("error G0404 this condition is JavaScript"), "{found:?}");
}
