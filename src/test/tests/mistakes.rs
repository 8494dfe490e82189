//! Mistakes in a test file are findings at their places.

use super::{ANSWERED, Folder, ORDERS, failures, passes};
use crate::test::coverage::Coverage;

#[tokio::test]
async fn every_mistake_has_its_place_and_its_remedy() {
    let test =
        |inside: &str| format!("tests:\n  - name: it\n    {inside}\n    requests: [{{ request: {{ path: / }} }}]\n");
    let request = |inside: &str| {
        format!("tests:\n  - name: it\n    requests:\n      - request: {{ path: / }}\n        {inside}\n")
    };
    for (text, finding) in [
        ("tests: []".to_owned(), "1:8: error G0804 there are no tests"),
        ("test: []".to_owned(), "1:1: error G0303 `the test file` has no property `test`; did you mean `tests`?"),
        (test("att: 1"), "3:5: error G0303 `tests[0]` has no property `att`; did you mean `at`?"),
        (test("at: tomorrow"), "3:9: error G0804 `tomorrow` is no date with a time and a zone"),
        (test("random: much"), "3:13: error G0304 `random` is text, expected a whole number"),
        (test("cases: [{ a: 1 }, { b: 1 }]"), "3:13: error G0804 this row has no `b`"),
        (test("functions: { f: { answer: 1, error: {} } }"), "3:21: error G0804 this stand-in answers in two ways"),
        (test("functions: { f: { refused: Busy } }"), "3:32: error G0304 `refused` is `Busy`"),
        (test("functions: { f: { fault: timout } }"), "3:30: error G0304 `fault` is `timout`"),
        (test("services: { backend: [] }"), "3:26: error G0804 `backend` is no URL of a service"),
        (test("services: { 'http://b': [{ answer: { status: 99 } }] }"), "3:50: error G0304 `status`"),
        (
            "tests: [{ name: it, requests: [{ request: { path: x } }] }]".to_owned(),
            "1:51: error G0804 a path begins with `/`",
        ),
        ("tests: [{ name: it, requests: [] }]".to_owned(), "1:31: error G0804 the test has no request"),
        (request("answer: { status: many }"), "5:27: error G0304 `status` is"),
        (request("answer: { body-matches: '(' }"), "5:33: error G0804 this is no regular expression"),
        (request("save: { a: footer }"), "5:20: error G0804 `footer` is no place of an answer"),
        (request("variables: { 'a..b': 1 }"), "5:30: error G0804 `a..b` has an empty part"),
        (request("calls: [{ times: 1 }]"), "5:17: error G0804 a call is of a `function` or of a `service`"),
        (request("calls: [{ function: f, method: GET }]"), "5:17: error G0804 a call of a function has an `event`"),
        (request("answer: { body: '${id}' }"), "5:25: error G0804 `${id}` has no value here"),
        (
            "settings: { aws: { reggion: x } }\ntests: [{ name: it, requests: [{ request: { path: / } }] }]".to_owned(),
            "1:20: error G0303",
        ),
    ] {
        let found = failures(ORDERS, &text).await;
        let expected = format!("api.test.yaml:{finding}");
        assert!(found.iter().any(|line| line.starts_with(&expected)), "{text}\nexpected {expected}\n{found:#?}");
    }
}

#[tokio::test]
async fn a_document_with_errors_is_told_and_nothing_is_run() {
    let document = ORDERS.replace("function: price", "funktion: price");
    let found = failures(&document, "tests: [{ name: it, requests: [{ request: { path: /orders/7 } }] }]").await;
    assert!(found.iter().any(|line| line.starts_with("api.yaml:20:")), "{found:?}");
    assert!(!found.iter().any(|line| line.starts_with("it:")), "{found:?}");
}

#[tokio::test]
async fn a_document_may_be_in_the_test_file() {
    let indented: String = ORDERS.lines().map(|line| format!("  {line}\n")).collect();
    let tests = format!(
        "{ANSWERED}tests: [{{ name: it, requests: [{{ request: {{ path: /orders/7 }}, answer: {{ status: 200 }} }}] }}]\n"
    );
    let text = format!("document:\n{indented}{tests}");
    // The other document of the folder is not read.
    passes("openapi: [", &text).await;
    let found = failures("openapi: [", &text.replace("function: price", "funktion: price")).await;
    assert!(found.iter().any(|line| line.starts_with("api.test.yaml:21:")), "{found:?}");
}

#[tokio::test]
async fn settings_need_no_certificates_and_their_paths_begin_at_the_test() {
    let settings =
        "settings: { tls-profiles: { partner: { ca: /nowhere.pem, key: /nowhere.key } }, clients-file: people.yaml }\n";
    let test = "tests: [{ name: it, requests: [{ request: { path: /orders/7 }, answer: { status: 200 } }] }]\n";
    let document = ORDERS.replace("output: order\n", "output: order\n        tls-profile: partner\n");
    let folder = Folder::new(&document, &format!("{ANSWERED}{settings}{test}"));
    std::fs::write(folder.0.path().join("people.yaml"), "applications: {}\n").unwrap();
    let outcome = folder.run(&mut Coverage::default()).await;
    assert!(outcome.tests.len() == 1 && outcome.tests[0].failures.is_empty(), "{outcome:?}");
}

#[tokio::test]
async fn the_environment_is_that_of_the_test() {
    // PATH is set in every process.
    let document = ORDERS.replace("http://shop/", "${PATH}/");
    let tests = "tests: [{ name: it, requests: [{ request: { path: /orders/7 } }] }]";
    let found = failures(&document, tests).await;
    assert!(found.iter().any(|line| line.contains("G0009")), "{found:?}");
    let tests = format!("environment: {{ PATH: 'http://elsewhere' }}\n{tests}");
    let found = failures(&document, &tests).await;
    assert!(found.iter().any(|line| line.contains("GET http://elsewhere/orders/7")), "{found:?}");
}
