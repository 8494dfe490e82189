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

/// A script as a block, and whether the new form runs as the old one.
async fn extracted(source: &str) -> String {
    let head = "swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {}}}\nx-ibm-configuration:\n  gateway: \
        datapower-api-gateway\n  assembly:\n    execute:\n    - gatewayscript:\n        version: 2.0.0\n";
    let text = format!(
        "{head}{source}        title: script\n    - set-variable: {{actions: [{{set: message.headers.x-b, value: c}}]}}\n"
    );
    let old = load(&text);
    let new = old.rewritten(Some("api")).unwrap();
    let scripts: Vec<(&str, &str)> = new.scripts.iter().map(|(name, text)| (&**name, &**text)).collect();
    assert_eq!(scripts.len(), 1, "{}", new.text);
    let lines: Vec<String> =
        new.text.lines().filter(|line| !line.is_empty()).map(|line| line.replace('"', "")).collect();
    let plain = lines.join("\n");
    assert!(plain.contains("source: ./api-script.js\n      title: script\n"), "{}", new.text);
    let again = Setup::default().load_beside(&[("api.yaml", &new.text)], &scripts).serve_cleanly();
    let (before, after) = (old.serve_cleanly().ask(Ask::get("/a")).await, again.ask(Ask::get("/a")).await);
    assert_eq!((after.text(), after.header("x-b")), (before.text(), Some("c")), "{}", new.text);
    after.text().to_owned()
}

#[tokio::test]
async fn scripts_of_every_shape_of_block_become_files() {
    for source in [
        "        source: |\n          if (true) {\n              context.message.body.write('deep');\n          }\n",
        "        source: |-\n          if (true)\n\n                  context.message.body.write('deep');\n\n\n",
        "        source: |2\n            if (true) {\n          context.message.body.write('deep'); }\n",
        "        source: >-\n          if (true) {\n\n              context.message.body.write('deep');\n          }\n          // end\n",
        "        source: >\n          if (true) {\n\n          context.message.body\n          .write('deep'); }\n",
        "        source: |+ # a comment\n          if (true) { //\n          \t\t  context.message.body.write('deep'); }\n\n",
        "        source: \"if (true) {\\n context.message.body.write('deep'); }\"\n",
        "        source: if (true) {\n\n          context.message.body.write('deep'); }\n",
    ] {
        assert_eq!(extracted(source).await, "deep", "{source}");
    }
}

#[test]
fn references_into_the_extension_find_their_target() {
    let yaml = "\
swagger: '2.0'
info: {title: t, version: '1'}
paths: {/a: {get: {}}}
x-ibm-configuration:
  gateway: datapower-api-gateway
  targets:
    # a service
    Weather: {definitions: {One: {$ref: '#/x-ibm-configuration/targets/Weather/definitions/Two'}, Two: {type: object}}}
  x-unused: {a: 1}
  assembly:
    execute:
    - map:
        version: 2.0.0
        inputs: {in: {schema: {$ref: '#/x-ibm-configuration/targets/Weather/definitions/One'}, variable: message.body}}
        outputs: {out: {schema: {$ref: '#/x-ibm-configuration/assembly/execute/0/map/inputs/in/schema'}, variable: message.body}}
        actions: [{set: out.a, from: in.a}]
tags: []
";
    let json = serde_json::to_string(&serde_yaml::from_str::<serde_json::Value>(yaml).unwrap()).unwrap();
    for text in [yaml, &json] {
        let old = load(text);
        assert_eq!(old.findings(), [""; 0], "{text}");
        let new = old.rewritten(None).unwrap();
        assert_eq!(load(&new.text).findings(), [""; 0], "{}", new.text);
        assert!(new.text.contains("#/x-assembly/execute/0/map/inputs/in/schema"), "{}", new.text);
        assert!(!new.text.contains("assembly: {") && !new.text.contains("x-unused"), "{}", new.text);
        assert_eq!(new.dropped, ["`x-unused` has no counterpart in an `x-assembly`"]);
    }
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
