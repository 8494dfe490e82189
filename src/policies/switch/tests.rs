use crate::test_support::{Ask, Setup, document};

const WRAP: &str = "    - {condition: \"$header('x-a') = 'b'\", execute: [{set-variable: {actions: [{set: message.headers.x-case, value: first}]}}]}\n";

fn switch(cases: &str) -> String {
    document(&format!("execute:\n- switch:\n    case:\n{cases}"))
}

async fn header(text: &str, ask: Ask) -> Option<String> {
    let answer = Setup::default().load(text).serve_cleanly().ask(ask).await;
    assert_eq!(answer.status, 200, "{:?}", answer.fault);
    answer.header("x-case").map(str::to_owned)
}

fn findings(text: &str) -> Vec<String> {
    Setup::default().load(text).findings()
}

#[tokio::test]
async fn the_first_case_that_holds_runs_and_the_flow_goes_on() {
    let two = "    - {condition: 'true', execute: [{set-variable: {actions: [{set: message.headers.x-case, value: second}]}}]}\n";
    let text = switch(&format!("{WRAP}{two}"));
    assert_eq!(header(&text, Ask::get("/example/1").header("x-a", "b")).await.as_deref(), Some("first"));
    assert_eq!(header(&text, Ask::get("/example/1")).await.as_deref(), Some("second"));
}

#[tokio::test]
async fn otherwise_runs_from_either_place_and_nothing_runs_without_it() {
    let steps = "[{set-variable: {actions: [{set: message.headers.x-case, value: other}]}}]";
    let inside = switch(&format!("{WRAP}    - otherwise: {steps}\n"));
    let beside = switch(&format!("{WRAP}    otherwise: {steps}\n"));
    for text in [inside, beside] {
        assert_eq!(header(&text, Ask::get("/example/1")).await.as_deref(), Some("other"), "{text}");
    }
    assert_eq!(header(&switch(WRAP), Ask::get("/example/1")).await, None);
}

#[tokio::test]
async fn a_condition_reads_a_body_and_the_body_still_goes_on() {
    let text = switch(
        "    - {condition: message.body.a = 1, execute: [{set-variable: {actions: [{set: message.headers.x-case, value: one}]}}]}\n",
    );
    let answer = Setup::default().load(&text).serve_cleanly().ask(Ask::post("/example/1", "{ \"a\": 1 }")).await;
    assert_eq!((answer.header("x-case"), answer.text()), (Some("one"), "{ \"a\": 1 }"));
}

#[tokio::test]
async fn a_condition_that_cannot_be_answered_is_a_runtime_error() {
    let text = switch("    - {condition: message.body.a < 'x', execute: []}\n");
    let answer = Setup::default().load(&text).serve_cleanly().ask(Ask::post("/example/1", "{\"a\": 1}")).await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("RuntimeError")));
}

#[tokio::test]
async fn switches_nest_and_a_fault_inside_is_caught() {
    let text = document(
        "execute:
- switch:
    case:
    - condition: 'true'
      execute:
      - switch:
          case:
          - condition: $httpVerb() = 'GET'
            execute:
            - throw: {name: Inner}
    - otherwise: []
catch:
- errors: [Inner]
  execute:
  - set-variable: {actions: [{set: message.headers.x-case, value: caught}]}
",
    );
    assert_eq!(header(&text, Ask::get("/example/1")).await.as_deref(), Some("caught"));
}

#[test]
fn mistakes_in_conditions_are_found_inside_them() {
    for (condition, expected) in [
        ("message.body.a = ", "8:36: error G0404"),
        ("\"$httpVerb() = = 'GET'\"", "8:35: error G0404"),
        ("$nope()", "8:20: error G0404"),
        ("\"request.headers.x === 'a' && 1\"", "8:20: error G0404 this condition is JavaScript"),
        ("$xpath(message.body, '/a[')", "G0404"),
    ] {
        let found = findings(&switch(&format!("    - condition: {condition}\n      execute: []\n")));
        assert!(found.iter().any(|line| line.contains(expected)), "{condition}: {found:?}");
    }
}

#[test]
fn cases_of_the_wrong_shape_are_refused() {
    let both = findings(&switch("    - {condition: 'true', otherwise: []}\n"));
    assert!(both[0].contains("error G0308 a case has `condition` with `execute`, or `otherwise`"), "{both:?}");
    let late = findings(&switch("    - {otherwise: []}\n    - {condition: 'true', execute: []}\n"));
    assert!(late[0].contains("warning G0501 this case can never run"), "{late:?}");
}

#[tokio::test]
async fn conditions_say_what_holds_a_body() {
    let set = |value: &str| format!("- set-variable: {{actions: [{{set: message.body, value: {value}}}]}}\n");
    for (before, body, storage, kind) in [
        (String::new(), "", "empty", "empty"),
        (String::new(), "{\"a\": 1}", "stream", "binary"),
        (String::new(), "text", "stream", "binary"),
        ("- set-variable: {actions: [{set: x, value: $(message.body)}]}\n".to_owned(), "{}", "binary", "binary"),
        ("- parse: {}\n".to_owned(), "{\"a\": 1}", "json", "object"),
        ("- parse: {}\n".to_owned(), "[1]", "json", "array"),
        ("- parse: {}\n".to_owned(), "<a/>", "xml", "xml"),
        ("- parse: {}\n".to_owned(), "a=b", "binary", "binary"),
        (set("'{\"a\": 1}'"), "", "binary", "binary"),
        ("- set-variable: {actions: [{set: message.body.a, value: 1}]}\n".to_owned(), "", "json", "object"),
    ] {
        for (name, expected) in [("$storageType()", storage), ("$type(message.body)", kind)] {
            let case = format!(
                "- switch:\n    case:\n    - condition: {name} = '{expected}'\n      execute:\n      \
                 - set-variable: {{actions: [{{set: message.headers.x-case, value: yes it is}}]}}\n"
            );
            let ask = if body.is_empty() { Ask::get("/example/1") } else { Ask::post("/example/1", body) };
            let found = header(&document(&format!("execute:\n{before}{case}")), ask).await;
            assert_eq!(found.as_deref(), Some("yes it is"), "{before} {body} {name} is not {expected}");
        }
    }
}
