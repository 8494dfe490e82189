//! Declared parameters and their types.

use serde_json::{Value as Json, json};

use crate::test_support::{Answer, Ask, Setup};

/// A document whose operation answers with all its parameters.
fn document(gateway: &str, verb: &str, declared: &str) -> String {
    let version = if gateway == "datapower-gateway" { "1.0.0" } else { "2.0.0" };
    format!(
        "swagger: '2.0'
info: {{title: t, version: '1'}}
parameters: {{shared: {{name: shared, in: query, type: boolean}}}}
paths:
  /p/{{id}}/{{when}}:
    {verb}:
      parameters: [{declared}]
      responses: {{}}
x-ibm-configuration:
  gateway: {gateway}
  assembly:
    execute:
    - set-variable: {{version: {version}, actions: [{{set: message.body, value: $(request.parameters)}}]}}
"
    )
}

async fn answer(gateway: &str, verb: &str, declared: &str, ask: Ask) -> Answer {
    Setup::default().load(&document(gateway, verb, declared)).serve_cleanly().ask(ask).await
}

/// The parameters that the v5 engine has.
async fn v5(declared: &str, ask: Ask) -> Json {
    answer("datapower-gateway", "get", declared, ask).await.json()
}

#[tokio::test]
async fn the_v5_engine_reads_declared_parameters_as_their_types_say() {
    let declared = "{name: id, in: path, type: integer, required: true}, {name: when, in: path, type: date, required: true},
        {name: text, in: query, type: string}, {name: n, in: query, type: number}, {name: bad, in: query, type: integer},
        {name: flag, in: query, type: boolean}, {name: maybe, in: query, type: boolean}, {name: '$ref', in: query},
        {$ref: '#/parameters/shared'}, {name: object, in: query, type: object}, {name: broken, in: query, type: object},
        {name: X-List, in: header, type: array, collectionFormat: ssv, items: {type: integer}},
        {name: pipes, in: query, type: array, collectionFormat: pipes, items: {type: string}},
        {name: csv, in: query, type: array, items: {type: boolean}}, {name: none, in: query, type: array},
        {name: multi, in: query, type: array, collectionFormat: multi, items: {type: number}},
        {name: one, in: query, type: array, collectionFormat: multi, items: {type: string}},
        {name: many, in: query}, {name: twice, in: query, type: string}, {name: required, in: query, required: true, type: string},
        {name: default, in: query, type: string, default: d}";
    let query = "text=a%20b+c&n=1.5e1&bad=x&flag=TRUE&maybe=perhaps&undeclared=1&shared=false&object=%7B%22a%22:1%7D&broken=%7B\
        &pipes=a%7Cb&csv=true,false,x&multi=1&multi=2&one=1&many=1&many=2&twice=a&twice=b";
    let ask = Ask::get(&format!("/p/0x10/1995-12-17?{query}")).header("x-list", "1024 2048 4096");
    let expected = json!({
        "id": 16,
        "when": "1995-12-17T00:00:00.000Z",
        "text": "a b c",
        "n": 15,
        "flag": true,
        "shared": false,
        "object": {"a": 1},
        "X-List": [1024, 2048, 4096],
        "pipes": ["a", "b"],
        "csv": [true, false, null],
        "multi": [1, 2],
        "one": ["1"],
        "many": ["1", "2"],
        "twice": "a,b",
    });
    assert_eq!(v5(declared, ask).await, expected);
}

#[tokio::test]
async fn a_body_and_a_form_are_parameters_where_they_are_declared() {
    let ask = |kind: &str, body: &str| Ask::post("/p/1/2", body).header("content-type", kind);
    let body = "{name: order, in: body, schema: {}}";
    let form = "{name: n, in: formData, type: integer}, {name: t, in: formData, type: string}";
    let of = |gateway: &'static str, declared: &'static str, ask: Ask| async move {
        let verb = "post";
        answer(gateway, verb, declared, ask).await.json()
    };
    let json_body = ask("application/json", r#"{"a": [1]}"#);
    assert_eq!(of("datapower-gateway", body, json_body).await, json!({"order": {"a": [1]}, "id": "1", "when": "2"}));
    assert_eq!(
        of("datapower-gateway", body, ask("text/plain", "hello")).await,
        json!({"order": "hello", "id": "1", "when": "2"})
    );
    let fields = || ask("application/x-www-form-urlencoded; charset=utf-8", "n=7&t=a+b%21&other=1");
    assert_eq!(of("datapower-gateway", form, fields()).await, json!({"n": 7, "t": "a b!", "id": "1", "when": "2"}));
    let v10 = json!({"id": "1", "when": "2", "n": "7", "t": "a b!"});
    assert_eq!(of("datapower-api-gateway", form, fields()).await, v10);
    assert_eq!(of("datapower-gateway", form, ask("application/json", "{}")).await, json!({"id": "1", "when": "2"}));
}

#[tokio::test]
async fn the_v5_engine_has_fields_of_a_form_and_no_body_where_none_belongs() {
    let text = "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {/p: {}}\nx-ibm-configuration:\n  assembly:\n    execute:\n    \
        - set-variable: {actions: [{set: message.body, value: '[$(request.body.a)][$(request.body)]'}]}\n";
    let gateway = Setup::default().load(text).serve_cleanly();
    let form = Ask::post("/p", "a=1&a=2&b=x").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(gateway.ask(form).await.text(), "[[\"1\",\"2\"]][a=1&a=2&b=x]");
    for verb in ["GET", "DELETE", "OPTIONS"] {
        assert_eq!(gateway.ask(Ask::post("/p", "{\"a\": 1}").verb(verb)).await.text(), "[][]", "{verb}");
    }
}

#[tokio::test]
async fn a_required_parameter_is_missed_in_v10_and_not_in_v5() {
    let declared =
        "{name: id, in: path, type: integer, required: true}, {name: q, in: query, required: true, type: string}";
    let missing = || Ask::get("/p/1/2");
    assert_eq!(answer("datapower-api-gateway", "get", declared, missing()).await.fault_name(), Some("APIRuleError"));
    assert_eq!(answer("datapower-gateway", "get", declared, missing()).await.json(), json!({"id": 1, "when": "2"}));
    let text = document("datapower-api-gateway", "get", declared);
    let text = text.replace("  assembly:\n", "  compatibility: {enforce-required-params: false}\n  assembly:\n");
    assert_eq!(Setup::default().load(&text).serve_cleanly().ask(missing()).await.status, 200);
}

#[tokio::test]
async fn openapi_3_declares_its_types_in_schemas() {
    let text = "openapi: 3.1.0
info: {title: t, version: '1'}
components: {schemas: {Count: {type: [integer, 'null']}}}
paths:
  /p:
    get:
      parameters:
        - {name: n, in: query, schema: {$ref: '#/components/schemas/Count'}}
        - {name: list, in: query, schema: {type: array, items: {type: integer}}}
        - {name: csv, in: query, explode: false, schema: {type: array, items: {$ref: '#/components/schemas/Count'}}}
        - {name: spaces, in: query, style: spaceDelimited, schema: {type: array}}
        - {name: gone, in: query, schema: {$ref: '#/components/schemas/Gone'}}
x-ibm-configuration:
  gateway: datapower-gateway
  assembly:
    execute:
    - set-variable: {version: 1.0.0, actions: [{set: message.body, value: $(request.parameters)}]}
";
    let gateway = Setup::default().load(text).serve();
    let answer = gateway.ask(Ask::get("/p?n=1&list=1&list=2&csv=1,2&spaces=a%20b&gone=x")).await;
    assert_eq!(answer.json(), json!({"n": 1, "list": [1, 2], "csv": [1, 2], "spaces": ["a", "b"], "gone": "x"}));
}

#[tokio::test]
async fn a_query_of_a_thousand_names_is_read_in_one_pass() {
    let query: Vec<String> = (0..1000).map(|index| format!("n{}={index}", index % 500)).collect();
    let ask = Ask::get(&format!("/p/1/2?{}", query.join("&")));
    let all = answer("datapower-api-gateway", "get", "", ask).await.json();
    assert_eq!((all.as_object().unwrap().len(), &all["n7"]), (502, &json!(["7", "507"])));
}

#[test]
fn a_parameter_that_v5_can_never_have_is_a_warning() {
    let findings = |gateway: &str| {
        let declared =
            "{name: zipcode, in: query, type: string}, {name: +rest, in: path, required: true, type: string}";
        let text = document(gateway, "get", declared).replace("{when}", "{+rest}");
        let read = "\"$(request.parameters.zipcod) $(request.parameters.rest) $(request.parameters['zipcode'])\"";
        Setup::default().load(&text.replace("$(request.parameters)", read)).findings()
    };
    assert_eq!(findings("datapower-api-gateway"), [""; 0]);
    let message = "no operation declares the parameter `zipcod`, so it is always empty";
    let help = "declare it under `parameters`, or did you mean `zipcode`?";
    assert_eq!(findings("datapower-gateway"), [format!("api.yaml:13:76: warning G0402 {message}; {help}")]);
}

#[test]
fn the_document_is_made_at_load_where_a_step_names_it() {
    let reads = |step: &str| {
        let gateway = crate::test_support::assembly(&format!("execute:\n- {step}")).serve();
        gateway.snapshot.all[0].pipeline.reads_document
    };
    let set = |value: &str| format!("set-variable: {{actions: [{{set: message.body, value: {value}}}]}}");
    assert!(reads(&set("$(api.document.info.title)")));
    assert!(reads("switch: {case: [{condition: \"api.document.info.title = 'x'\", execute: [throw: {name: A}]}]}"));
    assert!(!reads(&set("$(api.name)")) && !reads(&set("$(api)")));
}
