//! Reports, and documents whose new form does what the old one did.

use super::{Report, Verdict};
use crate::test_support::{Ask, Loaded, Setup};

/// Every kind of step that takes its rules from the document, comments, scripts, and texts that would be taken for others.
const V5: &str = "\
swagger: '2.0'
info: {title: example, version: 1.0.0}  # kept
paths: {'/example/{id}': {}}
# before the extension
x-ibm-configuration:
  gateway: datapower-gateway
  phase: realized
  properties:
    price: {value: '${PRICE} in $(x)', description: A text}
  catalogs: {Live: {properties: {price: '9'}}}
  assembly:
    # the flow
    execute:
      - activity-log
      - set-variable:
          # who
          actions:
            - {set: message.headers.x-price, value: $(api.properties.price)}
            - {set: message.headers.x-text, value: '${TEXT}'}
      - if:
          condition: request.verb === 'POST'
          execute:
            - gatewayscript:
                title: Say ${it}
                source: |
                  var apim = require('local://isp/policy/apim.custom.js');

                  apim.setvariable('message.headers.x-script', `${1 + 1}`);
            - javascript: {source: \"apim.setvariable('message.headers.x-more', 'a ${b}');\"}
      # the end
      - throw: {name: Mine, message: sorry}
    catch:
      - errors: [Mine]
        execute: [{set-variable: {actions: [{set: message.body, value: caught}]}}]
definitions: {}
";

fn load(text: &str) -> Loaded {
    Setup::default().load(text)
}

#[tokio::test]
async fn the_new_form_does_what_the_old_one_did() {
    let old = load(V5);
    let new = old.rewritten(Some("api")).unwrap();
    assert!(new.text.starts_with("swagger: '2.0'\ninfo: {title: example, version: 1.0.0}  # kept\n"), "{}", new.text);
    for line in [
        "# before the extension\nx-assembly:\n",
        "\n  # the flow\n  execute:\n",
        "\n        # who\n",
        "    # the end\n",
    ] {
        assert!(new.text.contains(line), "{line:?} in\n{}", new.text);
    }
    assert!(new.text.ends_with("\ndefinitions: {}\n"), "{}", new.text);
    let scripts: Vec<(&str, &str)> = new.scripts.iter().map(|(name, text)| (&**name, &**text)).collect();
    assert_eq!(scripts[0].0, "api-say-it.js");
    assert!(scripts[0].1.ends_with("`${1 + 1}`);\n") && new.text.contains("source: ./api-say-it.js\n"), "{}", new.text);

    let again = Setup::default().load_beside(&[("api.yaml", &new.text)], &scripts);
    let (old, new) = (old.serve_cleanly(), again.serve_cleanly());
    for verb in ["GET", "POST"] {
        let ask = || Ask::new(verb, "/example/7");
        let (before, after) = (old.ask(ask()).await, new.ask(ask()).await);
        assert_eq!((after.status, after.text()), (before.status, before.text()), "{verb}");
        for name in ["x-price", "x-text", "x-script", "x-more"] {
            assert_eq!(after.header(name), before.header(name), "{verb} {name}");
        }
        assert_eq!(after.header("x-text"), Some("${TEXT}"));
    }
}

#[test]
fn a_json_document_stays_one() {
    let text = r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {}}},
        "x-ibm-configuration": {"gateway": "datapower-gateway", "assembly": {"execute": [
            {"invoke": {"target-url": "https://a.example/${x}"}}, {"if": {}}, {"set-variable": {}}]}},
        "tags": []}"#;
    let new = load(text).rewritten(None).unwrap();
    let new: serde_json::Value = serde_json::from_str(&new.text).unwrap();
    let names: Vec<&String> = new.as_object().unwrap().keys().collect();
    assert_eq!(names, ["swagger", "info", "paths", "x-assembly", "tags"]);
    let steps = &new["x-assembly"]["execute"];
    assert_eq!(steps[0]["invoke"], serde_json::json!({"version": "1.0.0", "target-url": "https://a.example/$${x}"}));
    assert_eq!(steps[2]["set-variable"], serde_json::json!({"version": "1.0.0"}));
}

#[test]
fn what_is_written_inside_of_braces_moves_too() {
    let text = "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {}}}\nx-ibm-configuration: {gateway: \
                datapower-api-gateway, assembly: {execute: [{set-variable: {actions: [{set: message.body, value: x}]}}]}}\n";
    let new = load(text).rewritten(None).unwrap();
    let expected =
        "x-assembly:\n  execute:\n  - set-variable:\n      actions:\n      - set: message.body\n        value: x\n";
    assert!(new.text.ends_with(expected), "{}", new.text);
    assert_eq!(load(&new.text).ops(), load(text).ops());
}

#[test]
fn what_has_no_new_form_is_refused() {
    let ours = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/a: {}}\nx-assembly: {execute: [{activity-log: {}}]}\n";
    assert!(load(ours).rewritten(None).unwrap_err().contains("has an `x-assembly` already"));
}

#[test]
fn a_report_says_what_becomes_of_every_step() {
    let text = "\
swagger: '2.0'
info: {title: t, version: '1'}
paths: {/a: {get: {}}}
x-ibm-configuration:
  gateway: datapower-api-gateway
  assembly:
    execute:
      - invoke: {version: 2.0.0, target-url: 'https://a.example', timeout: 5, stop-on-error: [SOAPError]}
      - switch:
          version: 2.0.0
          case:
            - condition: 'true'
              execute:
                - xslt: {version: 2.0.0, source: <a/>}
      - validate: {version: 2.7.0, validate-against: wsdl, input: message}
      - nonsense: {}
";
    let report: Report = load(text).report();
    let verdicts: Vec<(&str, Verdict)> = report.steps.iter().map(|step| (&*step.policy, step.verdict)).collect();
    assert_eq!(
        verdicts,
        [
            ("invoke", Verdict::Differs),
            ("switch", Verdict::Same),
            ("xslt", Verdict::Unsupported),
            ("validate", Verdict::Unsupported),
            ("nonsense", Verdict::Unsupported),
        ]
    );
    assert_eq!((report.generation, report.runs(), report.steps[2].line), ("v10", false, 14));
    let named = |step: usize, verdict| {
        let all = report.steps[step].properties.iter().filter(move |one| one.verdict == verdict);
        all.map(|one| one.name.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(named(0, Verdict::Same), ["target-url", "timeout"]);
    assert_eq!(named(0, Verdict::Differs), ["stop-on-error"]);
    assert_eq!(named(3, Verdict::Unsupported), ["validate-against"]);
    let xslt = &report.steps[2].remarks[0].text;
    assert!(xslt.contains("write the change as a `map`"), "{xslt}");
}
