//! Media types, overrides and failures of a step in an assembly.

use crate::test_support::{Ask, Setup, assembly, document};

#[tokio::test]
async fn the_type_of_the_request_chooses_the_template() {
    let loaded = assembly(
        "execute:\n  - mapping-template:\n      passthrough-behavior: when-no-templates\n      templates:\n        \
         Application/JSON: 'json $input.path(\"$.a\")'\n        text/csv: 'csv $input.body'",
    );
    let gateway = loaded.serve_cleanly();
    for (kind, status, body) in [
        ("application/json", 200, "json 1"),
        ("TEXT/csv; header=present", 200, "csv {\"a\": 1}"),
        ("text/html", 415, ""),
    ] {
        let answer = gateway.ask(Ask::post("/example/7", "{\"a\": 1}").header("content-type", kind)).await;
        assert_eq!(answer.status, status, "{kind}");
        if status == 200 {
            assert_eq!(answer.text(), body, "{kind}");
        } else {
            assert_eq!(answer.fault_name(), Some("UnsupportedMediaTypeError"));
        }
    }
}

#[tokio::test]
async fn a_failure_is_a_fault_that_can_be_caught() {
    let text = "
execute:
  - mapping-template: {templates: {application/json: '$util.parseJson($input.body)'}}
catch:
  - errors: [TransformError]
    execute: [{set-variable: {actions: [{set: message.body, value: caught}]}}]";
    assert_eq!(assembly(text).serve_cleanly().post("no json").await.text(), "caught");
    let bytes = assembly("execute:\n  - mapping-template: {templates: {application/json: x}}").serve_cleanly();
    let answer = bytes.ask(Ask::post("/example/7", vec![255, 0])).await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("TransformError")));
}

#[tokio::test]
async fn a_template_sees_the_request_and_the_stage_variables() {
    let text = document(
        "execute:\n  - mapping-template:\n      templates:\n        application/json: >-\n          $context.httpMethod \
         $input.params('id') $input.params('q') $input.params('x-a') $stageVariables.alias $stageVariables.gone.\n",
    );
    let setup = Setup::default().settings(|live| {
        live.event_context.stage_variables.insert("alias".to_owned(), "live".to_owned());
    });
    let gateway = setup.load(&text).serve_cleanly();
    let answer = gateway.ask(Ask::post("/example/a%20b?q=1&q=2%202", "{}").header("X-A", "c")).await;
    assert_eq!(answer.text(), "POST a b 2 2 c live .");
}

#[tokio::test]
async fn overrides_go_from_the_request_to_the_response() {
    let text = "
execute:
  - mapping-template:
      overrides: kept
      templates: {application/json: \"#set($context.responseOverride.status = 299)#set($context.requestOverride.header.X-B = ['1', '2'])x\"}
  - set-variable: {actions: [{set: message.body, value: '$(message.headers[''x-b''])'}]}
  - mapping-template: {direction: response, overrides: kept}";
    let answer = assembly(text).serve_cleanly().post("{}").await;
    assert_eq!((answer.status, answer.text()), (299, "1, 2"));
}

#[test]
fn mistakes_are_inside_of_the_template() {
    let found =
        assembly("execute:\n  - mapping-template:\n      templates:\n        a/b: |\n          x\n          #if(1)\n")
            .findings();
    assert_eq!(found, ["api.yaml:10:13: error G0410 this `#if` has no `#end`"]);
}
