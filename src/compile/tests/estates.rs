//! Tests of features that documents of IBM's estates have and our examples do not.

use crate::test_support::{Ask, Setup};

/// A document of the API gateway with these steps.
fn document(steps: &str) -> String {
    with("", steps)
}

/// The same with more at the root.
fn with(root: &str, steps: &str) -> String {
    let steps: Vec<String> = steps.trim().lines().map(|line| format!("      {line}\n")).collect();
    format!(
        "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths:\n  /a: {{post: {{responses: {{}}}}}}\n{root}\
         x-ibm-configuration:\n  gateway: datapower-api-gateway\n  assembly:\n    execute:\n{}",
        steps.concat()
    )
}

fn findings(text: &str) -> Vec<String> {
    Setup::default().load(text).findings()
}

async fn answer(text: &str, body: &str) -> (u16, String) {
    let gateway = Setup::default().load(text).serve();
    let answer = gateway.ask(Ask::post("/a", body)).await;
    (answer.status, answer.text().to_owned())
}

#[test]
fn properties_that_the_editor_leaves_empty_are_not_there() {
    let document = document(
        "
- invoke:
    version: 2.0.0
    target-url: https://a.example/
    stop-on-error: [null]
    timeout: null
    verb:
    output:
    cache-response: null
- set-variable: {version: 2.0.0, actions: [{set: a, value: x, type: null}]}
- switch:
    version: 2.0.0
    case:
    - condition: $httpVerb() = 'GET'
      execute:
    - otherwise:
- map:
    version: 2.0.0
    inputs: {input: {schema: null, variable: request.body, content: null}}
    outputs: {output: {schema: {type: string}, variable: message.body}}
    actions: [{set: output, from: input, foreach: null}]
    options: null
- jwt-validate: {version: 2.0.0, jwt: request.headers.authorization, output-claims: null, jws-crypto: null, jws-jwk: a}
",
    );
    assert_eq!(findings(&document), [""; 0]);
    let ours =
        document.replace("x-ibm-configuration:\n  gateway: datapower-api-gateway\n  assembly:\n", "x-assembly:\n");
    assert!(
        findings(&ours).iter().any(|one| one.contains("error G0304 `stop-on-error[0]` is nothing")),
        "{:?}",
        findings(&ours)
    );
}

#[test]
fn a_parameter_whose_reference_leads_nowhere_is_not_declared() {
    let text = document("- throw: {version: 2.0.0, name: a}")
        .replace("post: {responses: {}}", "post: {parameters: [{$ref: '#/parameters/x'}], responses: {}}");
    let found = findings(&text);
    assert!(found.len() == 1 && found[0].contains("warning G0105 `#/parameters/x` points nowhere"), "{found:?}");
    let ours = text.replace("x-ibm-configuration:", "x-assembly: {execute: [throw]}\nx-ibm-configuration:");
    assert!(findings(&ours)[0].contains("error G0105"), "{:?}", findings(&ours));
}

#[test]
fn notes_of_the_editor_in_security_ask_for_nothing() {
    let text = with(
        "securityDefinitions: {k: {type: apiKey, in: header, name: X-IBM-Client-Id}}\nsecurity: [{k: [], $$label: My key}]\n",
        "- throw: {version: 2.0.0, name: a}",
    );
    assert!(findings(&text).iter().all(|one| one.contains("G0206")), "{:?}", findings(&text));
}

#[tokio::test]
async fn policies_of_one_step_run_one_after_the_other() {
    let text = document(
        "
- set-variable: {version: 2.0.0, actions: [{set: a, value: one}]}
  gatewayscript: {version: 2.0.0, source: \"context.message.body.write(context.get('a') + ' two')\"}
- log: {version: 2.0.0}
  title: mine
",
    );
    let found = findings(&text);
    assert!(found.len() == 2 && found.iter().all(|one| one.contains("warning G0209")), "{found:?}");
    assert_eq!(answer(&text, "{}").await, (200, "one two".to_owned()));
}

#[tokio::test]
async fn a_map_reads_and_writes_text() {
    let text = document(
        "
- map:
    version: 2.0.0
    inputs: {input: {schema: {type: string}, variable: request.body, content: text/plain}}
    outputs: {output: {schema: {type: string}, variable: message.body, content: text/plain; charset=utf-8}}
    actions: [{set: output, from: input, value: \"'<' + $(input) + '>'\"}]
",
    );
    let gateway = Setup::default().load(&text).serve_cleanly();
    let answer = gateway.ask(Ask::post("/a", "some text").header("content-type", "text/plain")).await;
    assert_eq!((answer.status, answer.text()), (200, "<some text>"));
    assert_eq!(answer.headers["content-type"], "text/plain");
}

#[tokio::test]
async fn a_return_of_an_inner_function_is_not_that_of_the_script() {
    let text = document(
        "
- map:
    version: 2.0.0
    inputs: {input: {schema: {type: object, properties: {a: {type: integer}}}, variable: request.body}}
    outputs: {output: {schema: {type: object, properties: {b: {type: integer}, c: {type: integer}}}, variable: message.body}}
    actions:
    - {set: output.b, from: input.a, value: 'var f = function(x) { return x + 1; }; f($(input.a));'}
    - {set: output.c, from: input.a, value: 'function f(x) { return x + 1; } return f($(input.a)) + 1;'}
",
    );
    assert_eq!(answer(&text, "{\"a\": 1}").await, (200, "{\"b\":2,\"c\":3}".to_owned()));
}

#[tokio::test]
async fn an_empty_namespace_of_a_map_is_none() {
    let text = document(
        "
- map:
    version: 2.0.0
    inputs: {input: {schema: {type: object, properties: {a: {type: string}}}, variable: request.body}}
    outputs:
      output:
        schema: {type: object, xml: {namespace: ''}, properties: {r: {type: object, xml: {namespace: '', prefix: ''}, properties: {b: {type: string, xml: {namespace: ''}}}}}}
        variable: message.body
        content: application/xml
    actions: [{set: output.r.b, from: input.a}]
",
    );
    assert_eq!(answer(&text, "{\"a\": \"x\"}").await, (200, "<output><r><b>x</b></r></output>".to_owned()));
}

#[test]
fn newer_versions_of_a_policy_run_as_the_newest_that_there_is() {
    for version in ["2.0.0", "2.1.0"] {
        assert_eq!(
            findings(&document(&format!("- switch: {{version: {version}, case: [{{otherwise: [log]}}]}}"))),
            [""; 0]
        );
    }
    assert_eq!(findings(&document("- gatewayscript: {version: 2.3.0, source: ''}")), [""; 0]);
    let found = findings(&document("- redact: {version: 2.7.0, redactions: [{path: $.a}]}"));
    assert!(found[0].contains("warning G0205 `redact` has no version 2.7.0 here, so it runs as 2.0.0"), "{found:?}");
    assert!(findings(&document("- redact: {version: 9.0.0}"))[0].contains("error G0205"));
}

#[test]
fn policies_of_ibms_that_are_not_built_are_known_by_name() {
    for name in ["ltpa-generate", "message-template", "openai-invoke", "token-mediation", "watsonx-ai-invoke"] {
        let found = findings(&document(&format!("- {name}: {{version: 2.0.0}}")));
        assert!(found[0].contains(&format!("error G0302 the policy `{name}` is known")), "{found:?}");
    }
}

#[test]
fn only_calls_of_require_ask_for_modules() {
    let script = "// require('a')\n/* require('b') */\nvar t = \"require('c')\" + `require('d')`; var r = /require('e')/;\nmine.require('f');";
    let indented = script.replace('\n', "\n      ");
    assert_eq!(
        findings(&document(&format!("- gatewayscript:\n    version: 2.0.0\n    source: |\n      {indented}"))),
        [""; 0]
    );
    let asks = format!("{indented}\n      `${{require('g')}}`; require('h')");
    let found = findings(&document(&format!("- gatewayscript:\n    version: 2.0.0\n    source: |\n      {asks}")));
    assert!(found.len() == 2 && found[0].contains("`g`") && found[1].contains("`h`"), "{found:?}");
}

#[tokio::test]
async fn parse_settings_may_be_a_text() {
    for (literal, status) in [
        (r#"{"ParseSettings": {"max_doc_size": 5}}"#, 500),
        (r#"{"MaxDocSize": "5"}"#, 500),
        (r#"{"max_doc_size": 50}"#, 200),
    ] {
        let text =
            document(&format!("- parse: {{version: 2.0.0, parse-settings-reference: {{literal: '{literal}'}}}}"));
        assert_eq!(answer(&text, "{\"a\": 1}").await.0, status, "{literal}");
    }
    // A limit that is written out wins.
    let text = document(
        "- parse: {version: 2.0.0, parse-settings-reference: {literal: '{\"max_doc_size\": 5}', parse-settings: {max_doc_size: 50}}}",
    );
    assert_eq!(answer(&text, "{\"a\": 1}").await.0, 200);
    let found = findings(&document("- parse: {version: 2.0.0, parse-settings-reference: {literal: '<a/>'}}"));
    assert!(found[0].contains("G0308 the parse settings cannot be read"), "{found:?}");
}
