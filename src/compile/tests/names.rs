//! Properties and variables: constants where nothing sets them, variables where something does.

use crate::test_support::{Ask, Setup, assembly, ibm_document};

async fn body(text: &str) -> String {
    assembly(text).serve_cleanly().get().await.text().to_owned()
}

#[tokio::test]
async fn properties_are_constants_by_both_their_names() {
    let text = "
properties: {host: 'h', port: 8080, nested: {value: {a: [x, y]}}, empty: {value: ''}}
execute:
  - set-variable:
      actions:
        - set: message.body
          value: $(host):$(api.properties.port) $(nested.a.1) $(api.properties.nested.a.0) [$(empty)]";
    assert_eq!(body(text).await, "h:8080 y x []");
}

#[tokio::test]
async fn a_property_that_a_step_sets_is_a_variable_that_starts_with_its_value() {
    let text = "
properties: {stage: before}
execute:
  - set-variable:
      version: 2.0.0
      actions:
        - {set: first, value: $(stage)}
        - {set: stage, value: after}
        - {set: message.body, value: '$(first) $(stage) $(api.properties.stage)'}";
    assert_eq!(body(text).await, "before after before");
    // One request's change is not the next one's beginning.
    let gateway = assembly(text).serve_cleanly();
    for _ in 0..2 {
        assert_eq!(gateway.get().await.text(), "before after before");
    }
}

#[tokio::test]
async fn a_property_keeps_its_type() {
    let text = "
properties: {n: 7, list: {value: [1, 2]}}
execute:
  - set-variable: {actions: [{set: message.body, value: '{}'}, {set: message.body.n, value: $(n)}, {set: message.body.l, value: $(list)}]}";
    assert_eq!(body(text).await, r#"{"n":7,"l":[1,2]}"#);
}

#[tokio::test]
async fn variables_of_the_gateway_are_there() {
    let text = "
execute:
  - set-variable:
      actions:
        - set: message.body
          value: |
            $(api.name) $(api.version) [$(api.root)] $(api.operation.path) [$(api.operation.id)]
            $(request.verb) $(request.path) $(request.search) $(request.querystring) $(request.uri)
            $(request.parameters.id) $(request.parameters.q) $(request.headers.X-One) $(request.content-type)
            $(session.clientAddress) [$(client.app.id)] [$(plan.id)] [$(error.name)] [$(request.headers.none)]";
    let ask = Ask::get("/example/a%20b?q=%20x&q=y").header("x-one", "1").header("content-type", "text/plain");
    let answer = assembly(text).serve_cleanly().ask(ask).await;
    let expected = "example 1.0.0 [] /example/{id} []\n\
                    GET /example/a%20b ?q=%20x&q=y q=%20x&q=y http://gateway.test/example/a%20b?q=%20x&q=y\n\
                    a b [\"%20x\",\"y\"] 1 text/plain\n\
                    192.0.2.7 [] [] [] []";
    assert_eq!(answer.text().trim_end(), expected);
}

#[tokio::test]
async fn the_environment_is_read_under_x_assembly_and_nowhere_else() {
    let steps = "execute:\n- set-variable: {actions: [{set: message.body, value: 'v${NAME}'}]}";
    let setup = Setup::default().env("NAME", "alue");
    assert_eq!(setup.assembly(steps).serve_cleanly().get().await.text(), "value");
    let ibm = setup.load(&ibm_document("datapower-api-gateway", steps)).serve_cleanly();
    assert_eq!(ibm.get().await.text(), "v${NAME}");
}

#[test]
fn a_variable_that_nothing_sets_is_a_warning_unless_a_name_is_computed() {
    let text = "
properties: {target-url: x}
execute:
  - set-variable: {actions: [{set: a, value: $(targeturl)}, {set: b, value: $(quite.other)}]}
catch:
  - default:
      - set-variable: {actions: [{set: c, value: $(quite.other) $(b)}]}";
    assert_eq!(
        assembly(text).findings(),
        [
            "api.yaml:7:48: warning G0402 nothing sets the variable `targeturl`; did you mean `target-url`?",
            "api.yaml:7:79: warning G0402 nothing sets the variable `quite`; set `quite` in a step before this one, or declare it under `properties`",
        ]
    );
    let computed = "
execute:
  - set-variable: {actions: [{set: $(request.headers.x), value: 1}, {set: a, value: $(anything)}]}";
    assert_eq!(assembly(computed).findings(), [""; 0]);
}

#[test]
fn a_warning_is_given_once_although_a_pipeline_is_compiled_twice() {
    let text = "
properties: {p: 1}
execute:
  - set-variable: {actions: [{set: a, value: $(p)}, {set: p, value: $(nowhere)}]}
  - throw: {name: A}
  - throw: {name: B}";
    let findings = assembly(text).findings();
    assert_eq!(findings.len(), 2, "{findings:?}");
}
