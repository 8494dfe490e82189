//! Mistakes that are right by every rule, and hardly what was meant.

use crate::test_support::{Setup, assembly};

fn findings(text: &str) -> Vec<String> {
    assembly(text).findings()
}

#[test]
fn a_catch_of_calls_that_go_on_is_told() {
    let text = |stop: &str, step: &str| {
        format!(
            "execute:\n- invoke: {{target-url: 'http://h/'{stop}}}\n{step}catch:\n- errors: [OperationError]\n  execute:\n  - set-variable: {{actions: [{{set: message.body, value: x}}]}}\n"
        )
    };
    let found = findings(&text("", ""));
    let what = "no step raises `OperationError`: the calls of this assembly go on when they fail; \
                write `stop-on-error: [OperationError]` in the step that calls";
    assert_eq!(found, [format!("api.yaml:8:14: warning G0204 {what}")]);
    assert_eq!(findings(&text(", stop-on-error: [OperationError]", "")), [""; 0]);
    assert_eq!(findings(&text("", "- throw: {name: OperationError}\n")), [""; 0]);
    assert_eq!(findings(&text("", "- lambda: {function: f, region: eu-west-1}\n")), [""; 0]);
}

#[test]
fn names_that_are_nearly_right_are_told() {
    for (actions, expected) in [
        (
            "{set: mesage.body, value: x}",
            "warning G0402 `mesage` is a variable that nothing reads; did you mean `message.body`?",
        ),
        (
            "{set: a, value: message.body.id}, {set: message.body, value: $(a)}",
            "warning G0408 this sets the text `message.body.id` itself, not the variable of that name; write `$(message.body.id)`",
        ),
        ("{set: a, value: message.txt}, {set: message.body, value: $(a)}", ""),
        ("{set: mesage.body, value: x}, {set: message.body, value: $(mesage.body)}", ""),
    ] {
        let found = findings(&format!("execute:\n- set-variable: {{actions: [{actions}]}}"));
        let matches =
            if expected.is_empty() { found.is_empty() } else { found.len() == 1 && found[0].ends_with(expected) };
        assert!(matches, "{actions}: {found:?}");
    }
    let found = findings("execute:\n- if: {condition: '$limit > 3', execute: [{throw: {name: X}}]}\n");
    assert!(found.len() == 1 && found[0].contains("nothing in the expression binds `$limit`"), "{found:?}");
    let found =
        findings("execute:\n- if: {condition: '($n := 3; $n > 2 and $sum([1]) = 1)', execute: [{throw: {name: X}}]}\n");
    assert_eq!(found, [""; 0]);
    let found = findings("properties: {limit: 3}\nexecute:\n- invoke: {target-url: 'http://h/', output: limit}\n");
    assert!(found.len() == 1 && found[0].contains("warning G0409 `limit` is a property of the API"), "{found:?}");
}

#[test]
fn a_region_and_a_server_that_are_nearly_right_are_told() {
    for (region, near) in
        [("eu-wst-1", "eu-west-1"), ("us-esat-1", "us-east-1"), ("eu-west-9", ""), ("cn-north-1", ""), ("xx-new-1", "")]
    {
        let found = findings(&format!("execute:\n- lambda: {{function: f, region: {region}}}\n"));
        match near {
            "" => assert_eq!(found, [""; 0], "{region}"),
            near => assert!(
                found.len() == 1
                    && found[0].ends_with(&format!(
                        "warning G0610 AWS has no region `{region}` that Gantry knows; did you mean `{near}`?"
                    )),
                "{found:?}"
            ),
        }
    }
    let document = |url: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: a, version: '1'}}\nservers: [{{url: '{url}'}}]\npaths: {{/a: {{}}}}\nx-assembly: {{execute: [{{throw: {{name: X}}}}]}}\n"
        )
    };
    for (url, told) in [
        ("api.example.com/v1", true),
        ("localhost:8080/v1", true),
        ("/v1.2", false),
        ("v1", false),
        ("./v1", false),
        ("https://a.example/v1", false),
    ] {
        let found = Setup::default().load(&document(url)).findings();
        assert_eq!(found.iter().any(|line| line.contains("has no scheme")), told, "{url}: {found:?}");
    }
}

/// One mistake is one finding: what the step would have set is not missing.
#[test]
fn a_step_with_an_error_hides_what_it_would_set() {
    let text = "execute:\n- invoke: {target-url: 'http://h/', output: weather, timeot: 3}\n- set-variable: {actions: [{set: message.body, value: $(weather.body)}]}\n";
    let found = findings(text);
    assert!(found.len() == 1 && found[0].contains("G0303"), "{found:?}");
}
