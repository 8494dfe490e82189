//! User-defined policies and global policies.

use serde_json::json;

use crate::settings::Policies;
use crate::test_support::{Answer, Ask, Gateway, Loaded, Setup, document, ibm_document};

const GREET: &str = "policy: 1.0.0
info: {name: greet, title: Greet, version: 1.0.0}
attach: [rest, soap]
gateways: [datapower-api-gateway]
properties:
  $schema: 'http://json-schema.org/draft-04/schema#'
  type: object
  properties:
    who: {label: Who, type: string, default: nobody}
    times: {type: integer, default: 1}
    loud: {type: boolean}
  required: [who]
assembly:
  execute:
  - gatewayscript:
      version: 2.0.0
      source: |
        context.set('greeting', 'Hello ' + context.get('local.parameter.who') + ' ' + context.get('local.parameter.times'));
  - set-variable:
      version: 2.0.0
      actions:
      - {set: message.body, value: '$(greeting), $(local.parameter.who)/$(local.parameter.loud)', type: string}
";

const TWICE: &str = "policy: 1.0.0
info: {name: twice, version: 1.2.0}
gateways: [datapower-api-gateway]
properties: {properties: {name: {type: string}}}
assembly:
  execute:
  - greet: {who: 'dear $(local.parameter.name)'}
  - set-variable: {version: 2.0.0, actions: [{set: message.headers.x-outer, value: $(local.parameter.name)}]}
";

/// A folder of policies, and a load of this document over them.
fn load(files: &[&str], hooks: impl FnOnce(&mut Policies), document: &str) -> (tempfile::TempDir, Loaded) {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.yaml")), text).unwrap();
    }
    let setup = Setup::default().settings(|settings| {
        settings.policies.paths = vec![folder.path().display().to_string()];
        hooks(&mut settings.policies);
    });
    let loaded = setup.load(document);
    (folder, loaded)
}

fn serve(files: &[&str], hooks: impl FnOnce(&mut Policies), document: &str) -> Gateway {
    load(files, hooks, document).1.serve_cleanly()
}

async fn run(files: &[&str], steps: &str) -> Answer {
    serve(files, |_| {}, &document(&format!("execute:\n{steps}"))).get().await
}

fn findings(files: &[&str], text: &str) -> Vec<String> {
    let (folder, loaded) = load(files, |_| {}, text);
    let root = format!("{}/", folder.path().display());
    loaded.findings().iter().map(|line| line.replace(&root, "")).collect()
}

#[tokio::test]
async fn a_policy_runs_in_the_place_of_its_step_with_its_properties() {
    for (step, expected) in [
        ("greet: {version: 1.0.0, title: Hi, who: Ann, loud: 'true'}", "Hello Ann 1, Ann/true"),
        ("greet: {who: $(request.parameters.id), times: '7'}", "Hello 7 7, 7/"),
        ("greet: {}", "Hello nobody 1, nobody/"),
    ] {
        assert_eq!(run(&[GREET], &format!("- {step}\n")).await.short(), (200, expected), "{step}");
    }
    let ibm = ibm_document("datapower-gateway", "execute:\n- greet: {who: Ann}\n");
    assert_eq!(serve(&[GREET], |_| {}, &ibm).get().await.text(), "Hello Ann 1, Ann/");
}

#[tokio::test]
async fn policies_inside_each_other_have_parameters_of_their_own() {
    let answer = run(&[GREET, TWICE], "- twice: {name: $(request.parameters.id)}\n- set-variable: {actions: [{set: message.headers.x-after, value: '[$(local.parameter.name)]'}]}\n").await;
    assert_eq!(answer.text(), "Hello dear 7 1, dear 7/");
    assert_eq!((answer.header("x-outer"), answer.header("x-after")), (Some("7"), Some("[]")));
}

#[tokio::test]
async fn a_parameter_that_is_known_at_load_is_a_constant() {
    let call = "policy: 1.0.0
info: {name: call, version: 1.0.0}
gateways: [datapower-api-gateway]
properties: {properties: {url: {type: string}}}
assembly: {execute: [{invoke: {version: 2.0.0, target-url: $(local.parameter.url)/orders}}]}
";
    let service = crate::test_support::TestServer::start(|_| crate::test_support::json_reply(200, "{}"));
    let answer = run(&[call], &format!("- call: {{url: {}}}\n", service.url(""))).await;
    assert_eq!((answer.status, service.requests()[0].target.as_str()), (200, "/orders"));
    // One that only run time knows does not open the host under `x-assembly`, as anywhere else.
    assert!(
        findings(&[call], &document("execute:\n- call: {url: 'http://$(request.headers.host)'}\n"))[0]
            .contains("G0702")
    );
}

#[tokio::test]
async fn its_catch_takes_its_faults_and_the_flow_goes_on() {
    let careful = "policy: 1.0.0
info: {name: careful, version: 1.0.0}
gateways: [datapower-api-gateway]
properties: {properties: {fault: {type: string}}}
assembly:
  execute: [{throw: {version: 2.1.0, name: $(local.parameter.fault)}}]
  catch: [{errors: [Mine], execute: [{set-variable: {version: 2.0.0, actions: [{set: message.headers.x-caught, value: $(local.parameter.fault)}]}}]}]
";
    let steps = |fault: &str| {
        format!("- careful: {{fault: {fault}}}\n- set-variable: {{actions: [{{set: message.body, value: on}}]}}\n")
    };
    let caught = run(&[careful], &steps("Mine")).await;
    assert_eq!((caught.short(), caught.header("x-caught")), ((200, "on"), Some("Mine")));
    let other = run(&[careful], &steps("Other")).await;
    assert_eq!(other.fault_name(), Some("Other"));
}

#[tokio::test]
async fn a_handler_reads_the_parameters_of_its_own_policy() {
    let inner = "policy: 1.0.0
info: {name: inner}
properties: {properties: {p: {type: string}}}
assembly: {execute: [{throw: {version: 2.1.0, name: Mine, message: $(local.parameter.p)}}]}
";
    let outer = "policy: 1.0.0
info: {name: outer}
properties: {properties: {p: {type: string}}}
assembly:
  execute: [{inner: {p: 'in $(request.parameters.id)'}}]
  catch: [{errors: [Mine], execute: [{set-variable: {version: 2.0.0, actions: [{set: message.headers.x-p, value: $(local.parameter.p)}]}}]}]
";
    let show = "- set-variable: {actions: [{set: message.body, value: '[$(local.parameter.p)]'}]}\n";
    let answer = run(&[inner, outer], &format!("- outer: {{p: 'out $(request.parameters.id)'}}\n{show}")).await;
    assert_eq!((answer.header("x-p"), answer.text()), (Some("out 7"), "[]"));
    let caught = run(
        &[inner],
        &format!("- inner: {{p: $(request.parameters.id)}}\ncatch:\n- errors: [Mine]\n  execute:\n  {show}"),
    )
    .await;
    assert_eq!(caught.text(), "[]");
}

#[tokio::test]
async fn the_version_chooses_and_the_highest_is_the_default() {
    let version = |version: &str| {
        format!(
            "policy: 1.0.0\ninfo: {{name: v, version: {version}}}\ngateways: [datapower-api-gateway]\nassembly: {{execute: [{{set-variable: {{version: 2.0.0, actions: [{{set: message.body, value: v{version}}}]}}}}]}}\n"
        )
    };
    let files = ["1.9.0", "1.10.0", "1.2.0"].map(version);
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(run(&files, "- v: {}\n").await.text(), "v1.10.0");
    assert_eq!(run(&files, "- v: {version: 1.2.0}\n").await.text(), "v1.2.0");
    let found = findings(&files, &document("execute:\n- v: {version: 3.0.0}\n"));
    assert!(found[0].contains("`v` has no version 3.0.0; write `1.2.0`, `1.9.0` or `1.10.0`"), "{found:?}");
}

#[test]
fn mistakes_are_found_where_they_are() {
    for (step, words) in [
        ("greet: {whom: Ann}", "error G0303 `greet` has no property `whom`; did you mean `who`?"),
        ("greet: {times: many}", "error G0304 `times` of `greet` is text, expected integer"),
        ("greet: {who: $(}", "error G0401"),
        ("greeet: {}", "did you mean `greet`?"),
    ] {
        let found = findings(&[GREET], &document(&format!("execute:\n- {step}\n")));
        assert!(found.len() == 1 && found[0].contains(words), "{step}: {found:?}");
    }
    let needy = GREET.replace("{label: Who, type: string, default: nobody}", "{type: string}");
    let found = findings(&[&needy], &document("execute:\n- greet: {}\n"));
    assert!(found[0].contains("error G0305 `greet` needs the property `who`"), "{found:?}");
    let circle = "policy: 1.0.0\ninfo: {name: circle}\nassembly: {execute: [{circle: {}}]}\n";
    assert!(findings(&[circle], &document("execute:\n- circle: {}\n"))[0].contains("runs itself without end"));
    let broken = GREET.replace("actions:", "action:");
    let found = findings(&[&broken], &document("execute:\n- greet: {}\n- greet: {}\n"));
    assert!(found[0].starts_with("0.yaml:") && found[0].contains("G0303"), "{found:?}");
    let nameless =
        findings(&["policy: 1.0.0\nassembly: {execute: []}\n"], &document("execute: [{set-variable: {actions: []}}]"));
    assert!(nameless[0].contains("a policy needs `info` with its `name`"), "{nameless:?}");
    let (_folder, loaded) = load(
        &[],
        |policies| policies.pre_hook = Some("trace".to_owned()),
        &document("execute: [{set-variable: {actions: []}}]"),
    );
    assert!(loaded.findings()[0].contains("there is no global policy `trace`"), "{:?}", loaded.findings());
}

const PRE: &str = "global-policy: 1.0.0
info: {name: pre, title: Pre, version: 1.0.0, mode: after-builtin}
gateways: [datapower-api-gateway]
assembly:
  execute:
  - set-variable: {version: 2.0.0, actions: [{set: seen, value: $(request.headers.x-id)}]}
  - switch: {version: 2.0.0, case: [{condition: request.headers.stop = 'yes', execute: [{throw: {version: 2.1.0, name: Stopped}}]}]}
";

const POST: &str = "global-policy: 1.0.0
info: {name: post, version: 1.0.0}
gateways: [datapower-api-gateway]
assembly:
  execute:
  - set-variable: {version: 2.0.0, actions: [{set: message.headers.x-seen, value: $(seen)}, {clear: message.headers.x-secret}]}
";

const ERROR: &str = "global-policy: 1.0.0
info: {name: errors, version: 2.0.0}
gateways: [datapower-api-gateway]
assembly:
  catch:
  - errors: [Stopped, APIRuleError]
    execute:
    - set-variable: {version: 2.0.0, actions: [{set: message.body, value: 'global $(error.name)'}, {set: message.status.code, value: 418}]}
  finally:
  - set-variable: {version: 2.0.0, actions: [{set: message.headers.x-masked, value: 'yes'}]}
";

fn hooks(policies: &mut Policies) {
    policies.pre_hook = Some("pre".to_owned());
    policies.post_hook = Some("post:1.0.0".to_owned());
    policies.error_hook = Some("errors".to_owned());
}

#[tokio::test]
async fn hooks_run_around_every_assembly() {
    let text = document(
        "execute:
- set-variable: {actions: [{set: message.headers.x-secret, value: s}, {set: message.body, value: body}]}
- switch: {case: [{condition: request.headers.fail = 'yes', execute: [{throw: {name: Mine}}]}, {condition: request.headers.fail = 'stop', execute: [{throw: {name: Stopped}}]}]}
catch:
- errors: [Mine]
  execute: [{set-variable: {actions: [{set: message.body, value: 'caught $(seen)'}]}}]
finally:
- set-variable: {actions: [{set: message.headers.x-finally, value: 'yes'}]}
",
    );
    let gateway = serve(&[PRE, POST, ERROR], hooks, &text);
    let ask = |header: &str, value: &str| Ask::get("/example/7").header("x-id", "9").header(header, value);
    let answer = gateway.ask(ask("a", "b")).await;
    assert_eq!(answer.short(), (200, "body"));
    assert_eq!(
        ["x-seen", "x-secret", "x-finally", "x-masked"].map(|name| answer.header(name)),
        [Some("9"), None, Some("yes"), None]
    );
    // The assembly's own catch comes first, and what runs after it runs too.
    let caught = gateway.ask(ask("fail", "yes")).await;
    assert_eq!((caught.short(), caught.header("x-seen")), ((200, "caught 9"), Some("9")));
    // Faults that it does not take, and faults of the hook before it, are taken by the global one.
    for (header, value) in [("fail", "stop"), ("stop", "yes")] {
        let answer = gateway.ask(ask(header, value)).await;
        assert_eq!((answer.short(), answer.header("x-masked")), ((418, "global Stopped"), Some("yes")));
    }
}

#[tokio::test]
async fn the_error_hook_takes_what_comes_before_an_assembly() {
    let text = "openapi: 3.0.3
info: {title: example, version: 1.0.0}
paths: {/example: {get: {parameters: [{name: q, in: query, required: true, schema: {type: string}}], responses: {}}}}
x-assembly: {execute: [{set-variable: {actions: []}}], catch: [{default: []}]}
";
    let gateway = serve(&[PRE, ERROR], |policies| policies.error_hook = Some("errors".to_owned()), text);
    assert_eq!(gateway.ask(Ask::get("/example")).await.short(), (418, "global APIRuleError"));
}

#[tokio::test]
async fn a_hook_after_an_assembly_can_read_the_body_that_a_call_has_brought() {
    let service = crate::test_support::TestServer::start(|_| crate::test_support::json_reply(200, r#"{"n": 1}"#));
    let after = "global-policy: 1.0.0
info: {name: after, version: 1.0.0}
gateways: [datapower-api-gateway]
assembly: {execute: [{set-variable: {version: 2.0.0, actions: [{set: message.headers.x-n, value: $(message.body.n)}]}}]}
";
    let text = document(&format!("execute:\n- invoke: {{target-url: {}}}\n", service.url("/")));
    let answer = serve(&[after], |policies| policies.post_hook = Some("after".to_owned()), &text).get().await;
    assert_eq!((answer.json(), answer.header("x-n")), (json!({"n": 1}), Some("1")));
}
