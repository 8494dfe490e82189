//! Mistakes at their place, found at load and at run time.

use super::{Setup, gateway, text};
use crate::test_support::{document, ibm_document};

fn findings(document: &str) -> Vec<String> {
    Setup::default().load(document).findings()
}

#[test]
fn a_mistake_in_the_syntax_has_its_place() {
    for (source, expected) in [
        (text("var a = 1;\nvar b = ;\n"), "api.yaml:10:19: error G0405 the script cannot be read: SyntaxError: "),
        (text("if (true) {\n  a(;\n}"), "api.yaml:10:15: error G0405"),
        (text("let a = 1; let a = 2;"), "api.yaml:9:"),
        (text("with (a) {}"), "api.yaml:9:"),
        (
            document("execute:\n- gatewayscript: {source: 'var a = ;'}"),
            "api.yaml:6:38: error G0405 the script cannot be read: SyntaxError: unexpected token in expression: ';'",
        ),
        (document("execute:\n- gatewayscript: {source: \"var a;\\n  var b = ;\"}"), "api.yaml:6:48: error G0405"),
        (
            document("execute:\n- gatewayscript:\n    source: >-\n      var a = 1;\n      var b = ;"),
            "api.yaml:9:17: error G0405",
        ),
    ] {
        let found = findings(&source);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{expected}\n{found:?}");
    }
}

#[test]
fn modules_that_there_are_not_are_refused_at_load() {
    for (script, expected) in [
        (
            "var y = require('js-yaml');",
            "api.yaml:9:28: error G0405 there is no module `js-yaml`; the modules are `apim`, ",
        ),
        (
            "var t = require('transform');",
            "api.yaml:9:28: error G0405 the module `transform` is known from DataPower but not built yet",
        ),
        ("var u = require(\"urlopn\");", "error G0405 there is no module `urlopn`; did you mean `urlopen`?"),
    ] {
        let found = findings(&text(script));
        assert!(found.len() == 1 && found[0].contains(expected), "{script}: {found:?}");
    }
    for script in ["require('apim')", "require('./apim.custom.js')", "require('local://isp/policy/apim.custom.js')"] {
        assert_eq!(findings(&text(script)), [""; 0], "{script}");
    }
}

#[tokio::test]
async fn a_throw_says_where_and_the_client_learns_nothing_of_it() {
    for (document, cause) in [
        (text("var a = {};\n  a.b.c();"), "api.yaml:10:13)"),
        (text("throw new RangeError('out');"), "RangeError: out ("),
        (text("function f() {\n  null.x;\n}\nf();"), "api.yaml:10:13)"),
        (document("execute:\n- gatewayscript: {source: 'nope();'}"), "api.yaml:6:30)"),
        (document("execute:\n- gatewayscript: {source: \"\\n\\n  nope();\"}"), "api.yaml:6:36)"),
        (text("JSON.parse('{');"), "api.yaml:9:"),
        (text("throw 'a word';"), "a word"),
        (text("throw {code: 1};"), "{\"code\":1}"),
        (text("throw null;"), "null was thrown, or the script ran out of memory"),
    ] {
        let answer = Setup::default().load(&document).serve().post("{}").await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("JavaScriptError")), "{document}");
        assert_eq!(answer.json()["moreInformation"], "Internal Error");
        let found = answer.fault.unwrap().cause.clone().unwrap();
        assert!(found.replace(['\\'], "").contains(cause), "{document}\n{found}");
    }
}

#[tokio::test]
async fn a_throw_is_caught_by_its_name() {
    let text = "execute:\n- gatewayscript: {source: 'nope();'}\ncatch:\n- errors: [JavaScriptError]\n  execute:\n  - set-variable: {actions: [{set: message.body, value: '$(error.message) $(error.status.code)'}]}";
    let answer = Setup::default().assembly(text).serve_cleanly().get().await;
    assert_eq!(answer.short(), (200, "Internal Error 500"));
}

#[tokio::test]
async fn a_script_may_be_a_file_beside_the_document() {
    let document = document("execute:\n- gatewayscript: {source: ./own.js}");
    let good = Setup::default()
        .load_beside(&[("api.yaml", &document)], &[("own.js", "context.message.body.write('from a file');")]);
    assert_eq!(good.serve_cleanly().get().await.text(), "from a file");
    let wrong = Setup::default().load_beside(&[("api.yaml", &document)], &[("own.js", "var a;\nvar b = ;")]);
    let expected =
        "own.js:2:9: error G0405 the script cannot be read: SyntaxError: unexpected token in expression: ';'";
    assert_eq!(wrong.findings(), [expected]);
    let thrown = Setup::default().load_beside(&[("api.yaml", &document)], &[("own.js", "var a;\n  nope();")]);
    let cause = thrown.serve().get().await.fault.unwrap().cause.clone().unwrap();
    assert!(cause.contains("own.js:2:3"), "{cause}");
    let none = Setup::default().load(&document).findings();
    assert!(none.iter().any(|line| line == "api.yaml:6:29: error G0405 `./own.js` cannot be read"), "{none:?}");
}

#[tokio::test]
async fn an_empty_step_does_nothing() {
    for step in
        ["gatewayscript: {title: empty}", "gatewayscript: {source: ''}", "gatewayscript: {source: '// nothing'}"]
    {
        let answer = Setup::default().assembly(&format!("execute:\n- {step}")).serve_cleanly().get().await;
        assert_eq!(answer.short(), (200, ""), "{step}");
    }
}

#[tokio::test]
async fn dollars_are_the_scripts_own() {
    let script = "const $ = (x) => x + 1; const n = 1; context.message.body.write(`${n}$(n)` + $(n));";
    assert_eq!(gateway(script).post("{}").await.text(), "1$(n)2");
}

#[tokio::test]
async fn under_ibms_carriers_a_script_of_v10_runs_too() {
    let text = ibm_document(
        "datapower-api-gateway",
        "execute:\n- gatewayscript: {version: 2.0.0, title: t, source: \"context.message.body.write('v10')\"}",
    );
    assert_eq!(Setup::default().load(&text).serve_cleanly().get().await.text(), "v10");
}
