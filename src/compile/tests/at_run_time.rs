//! Mistakes that IBM's gateways meet when a request comes: the others of a document are served, and each raises its fault.

use crate::settings::Unsupported;
use crate::test_support::{Ask, Setup, ibm_document};

const NOTHING: &str = "";

#[tokio::test]
async fn each_mistake_is_the_fault_that_the_origin_raises() {
    for (gateway, step, fault, status) in [
        ("datapower-api-gateway", "gatewayscript: {version: 2.0.0, source: 'if ('}", "JavaScriptError", 500),
        ("datapower-gateway", "javascript: {source: 'if ('}", "JavaScriptError", 500),
        ("datapower-api-gateway", "invoke: {version: 2.0.0, target-url: 'nowhere'}", "ConnectionError", 500),
        ("datapower-api-gateway", "invoke: {version: 2.0.0}", "PropertyError", 500),
        (
            "datapower-api-gateway",
            "invoke: {version: 2.0.0, target-url: 'http://h', verb: FETCH}",
            "PropertyError",
            500,
        ),
        (
            "datapower-gateway",
            "invoke: {target-url: 'http://h', tls-profile: $(request.headers.x)}",
            "PropertyError",
            500,
        ),
        ("datapower-api-gateway", "invoke: {target-url: 'http://h', tls-profile: 'mine:1.0.0'}", "PropertyError", 500),
        (
            "datapower-api-gateway",
            "set-variable: {version: 2.0.0, actions: [{set: request.verb, value: x}]}",
            "PropertyError",
            500,
        ),
        ("datapower-gateway", "set-variable: {actions: [{set: request.body, value: x}]}", "TypeError", 500),
        ("datapower-gateway", "set-variable: {actions: [{append: message.body, value: x}]}", "PropertyError", 500),
        ("datapower-api-gateway", "jwt-validate: {version: 2.0.0, jwt: request.headers.a}", "PropertyError", 500),
        ("datapower-gateway", "no-such-policy-anywhere: {}", "RuntimeError", 500),
    ] {
        let text = ibm_document(gateway, &format!("execute:\n- {step}\ncatch:\n- errors: [Never]\n  execute: []"));
        let loaded = Setup::default().load(&text);
        let findings = loaded.findings();
        assert!(findings.iter().all(|line| line.contains(": warning ")), "{step}: {findings:?}");
        let told = format!("when a request comes here, the step raises `{fault}`");
        assert_eq!(findings.iter().filter(|line| line.contains(&told)).count(), 1, "{step}: {findings:?}");
        let answer = loaded.serve().ask(Ask::get("/example/1")).await;
        assert_eq!((answer.status, answer.fault_name()), (status, Some(fault)), "{step}");
        let place = answer.failed_step.map(|step| step.place.to_string()).unwrap_or(NOTHING.to_owned());
        assert!(place.ends_with("api.yaml:8:7"), "{step}: {place}");
    }
}

#[test]
fn under_our_own_key_they_are_errors() {
    for step in
        ["gatewayscript: {source: 'if ('}", "invoke: {}", "set-variable: {actions: [{set: request.verb, value: x}]}"]
    {
        let findings = Setup::default().assembly(&format!("execute:\n- {step}")).findings();
        assert!(findings.iter().any(|line| line.contains(": error ")), "{step}: {findings:?}");
    }
}

#[tokio::test]
async fn policies_that_are_not_built_fail_where_the_operator_says_so() {
    let text = ibm_document("datapower-api-gateway", "execute:\n- xslt: {version: 2.0.0, source: '<a/>'}");
    assert!(Setup::default().load(&text).findings()[0].contains("error G0302"));
    let setup = Setup::default().settings(|live| live.documents.unsupported = Unsupported::Fault);
    let answer = setup.load(&text).serve().ask(Ask::get("/example/1")).await;
    assert_eq!((answer.status, answer.fault_name()), (501, Some("UnsupportedPolicyError")));
}

#[tokio::test]
async fn a_flow_without_steps_answers_with_the_body_and_an_empty_list_fails_in_v5() {
    let none =
        "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {/x: {post: {responses: {}}}}\nx-ibm-configuration:\n";
    let empty = format!("{none}  assembly: {{execute: []}}\n");
    let v10 = format!("{none}  gateway: datapower-api-gateway\n  assembly: {{execute: []}}\n");
    for (text, expected) in [(none, (200, "{\"a\":1}")), (&v10, (200, "{\"a\":1}"))] {
        let answer = Setup::default().load(text).serve().ask(Ask::post("/x", "{\"a\":1}")).await;
        assert_eq!((answer.status, answer.text()), expected, "{text}");
    }
    assert_eq!(Setup::default().load(&empty).serve().ask(Ask::post("/x", "a")).await.status, 500);
}

#[tokio::test]
async fn a_scheme_that_cannot_be_checked_costs_its_operation() {
    for (scheme, requirement) in [
        ("staff: {type: basic, x-ibm-authentication-url: {url: 'ldap://h/'}}", "staff"),
        ("staff: {type: basic, x-ibm-authentication-registry: gone}", "staff"),
        ("other: {type: basic}", "staff"),
    ] {
        let text = format!(
            "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\nsecurityDefinitions: {{{scheme}}}\npaths:\n  /closed: {{get: {{security: \
             [{{{requirement}: []}}], responses: {{}}}}}}\n  /open: {{get: {{responses: {{}}}}}}\nx-ibm-configuration:\n  gateway: \
             datapower-api-gateway\n  assembly:\n    execute:\n    - set-variable: {{actions: [{{set: message.body, value: in}}]}}\n"
        );
        let gateway = Setup::default().load(&text).serve();
        assert_eq!(gateway.ask(Ask::get("/open")).await.short(), (200, "in"), "{scheme}");
        let ask = Ask::get("/closed").header("authorization", "Basic YTpi");
        assert_eq!(gateway.ask(ask).await.status, 503, "{scheme}");
    }
}
