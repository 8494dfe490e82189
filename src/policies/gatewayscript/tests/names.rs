//! Tests of names in scripts: properties of the API, parameters, variables of their own.

use serde_json::json;

use super::{says, table};
use crate::test_support::{Answer, Ask, Setup, ibm_document};

async fn ask(gateway: &str, step: &str, script: &str) -> Answer {
    let version = if gateway == "datapower-api-gateway" { "2.0.0" } else { "1.0.0" };
    let source = serde_json::to_string(script).unwrap();
    let assembly = format!("execute:\n- {step}: {{version: {version}, source: {source}}}\n");
    let properties = "  properties:\n    target-host: {value: 'http://backend.test'}\n    limit: {value: '5'}\n    empty: {value: ''}\n";
    let text = ibm_document(gateway, &assembly).replacen("  assembly:\n", &format!("{properties}  assembly:\n"), 1);
    assert!(text.contains("target-host"), "{text}");
    Setup::default().load(&text).serve().ask(Ask::get("/example/7")).await
}

#[tokio::test]
async fn properties_of_the_api_have_their_bare_names_too() {
    for name in ["target-host", "api.properties.target-host", "api.properties['target-host']"] {
        for get in ["context.get", "apim.getvariable"] {
            for gateway in ["datapower-api-gateway", "datapower-gateway"] {
                let script = format!("context.message.body.write({get}({:?}));", name);
                let answer = ask(gateway, "gatewayscript", &script).await;
                assert_eq!(answer.text(), "http://backend.test", "{gateway} {script} {:?}", answer.fault);
            }
        }
    }
    let script =
        "context.set('limit', '6'); context.message.body.write(context.get('limit') + typeof context.get('nothing'));";
    assert_eq!(ask("datapower-api-gateway", "gatewayscript", script).await.text(), "6undefined");
    let script = "context.set('limit', '6'); context.clear('limit'); context.message.body.write(context.get('limit'));";
    assert_eq!(ask("datapower-api-gateway", "gatewayscript", script).await.text(), "5");
}

#[tokio::test]
async fn properties_are_globals_of_javascript() {
    for (script, expected) in [
        ("message.body = limit + get('target-host');", "5http://backend.test"),
        ("limit = 7; message.body = get('limit');", "5"),
        ("message.body = api.properties.limit;", "5"),
    ] {
        let answer = ask("micro-gateway", "javascript", script).await;
        assert_eq!(answer.text(), expected, "{script} {:?}", answer.fault);
    }
}

#[tokio::test]
async fn a_parameter_is_its_text_and_has_values_and_locations() {
    table(&[
        ("context.get('request.parameters.a')", json!("1")),
        ("context.get('request.parameters.a').values", json!(["1"])),
        ("context.get('request.parameters.a').values[0]", json!("1")),
        ("context.get('request.parameters.a').locations", json!(["query"])),
        ("context.get('request.parameters.id').values[0]", json!("7")),
        ("context.get('request.parameters.id').locations[0]", json!("path")),
        ("context.get('request.parameters').a.values[0]", json!("1")),
        ("context.get('request.parameters').id.locations[0]", json!("path")),
        ("context.get('request').parameters.id.values[0]", json!("7")),
        ("context.request.parameters.id.values[0]", json!("7")),
        ("context.get('request.parameters.a.values')", json!(["1"])),
        ("context.get('request.parameters.gone') === undefined", json!(true)),
        ("'other'.values === undefined", json!(true)),
        ("apim.getvariable('request.parameters.a').values[0] + context.get('request.parameters.a')", json!("11")),
    ])
    .await;
}

#[tokio::test]
async fn variables_of_a_script_may_be_nested() {
    for (script, expected) in [
        ("context.set('my.own.value', 1); say(context.get('my'))", json!({"own": {"value": 1}})),
        ("context.set('my.own.value', 1); say(context.get('my.own').value)", json!(1)),
        ("context.set('my', 'text'); context.set('my.own.value', 1); say(context.get('my.own.value'))", json!(1)),
        (
            "context.set('my.list.0.name', 'a'); say(context.get('my.list')[0] || context.get('my.list.0'))",
            json!({"name": "a"}),
        ),
        (
            "context.set('my.own.value', {a: [1]}); context.set('my.own.other', 2); say(context.get('my.own'))",
            json!({"value": {"a": [1]}, "other": 2}),
        ),
        ("context.set('my.own.body', {a: 1}); say(context.get('my.own.body').a)", json!(1)),
        ("context.set('my.body', {a: 1}); say(context.get('my.body.a'))", json!(1)),
        (
            "context.set('my.body', {a: 1}); context.set('my.headers.x', 'y'); say(context.get('my'))",
            json!({"body": {"a": 1}, "headers": {"x": "y"}}),
        ),
        ("context.set(\"my['odd name']\", 1); say(context.get(\"my['odd name']\"))", json!(1)),
        ("context.set('local.a', 1); say(context.get('local.a'))", json!(1)),
        ("context.set('client.third.party', 1); say(context.get('client.third.party'))", json!(1)),
        ("context.set('api.own.value', 1); say(context.get('api.own.value'))", json!(1)),
        ("context.set('plan.own', 1); say(context.get('plan.own'))", json!(1)),
        ("context.set('error.own', 1); say(context.get('error.own'))", json!(1)),
        ("context.set('message.attributes.own', 1); say(context.get('message.attributes.own'))", json!(1)),
    ] {
        assert_eq!(says(script).await, expected, "{script}");
    }
}

#[tokio::test]
async fn later_steps_find_what_a_script_has_nested() {
    let assembly = "execute:\n- gatewayscript: {version: 2.0.0, source: \"context.set('my.own.value', {a: 'b'});\"}\n\
        - switch:\n    case:\n    - condition: my.own.value.a = 'b'\n      execute:\n\
        \x20     - set-variable: {actions: [{set: message.body, value: 'it is $(my.own.value.a)'}]}\n";
    let gateway = Setup::default().load(&crate::test_support::document(assembly)).serve();
    assert_eq!(gateway.ask(Ask::get("/example/7")).await.text(), "it is b");
}
