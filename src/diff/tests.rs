//! Differences between small documents.

use super::{Changes, Served, Topic, Weight, compare, markdown, text};
use crate::load::{Paths, load};
use crate::resources::{LoadContext, Resources};
use crate::settings::{Live, Purpose};
use crate::source::ProcessEnvironment;

const BASE: &str = "openapi: 3.0.3
info: {title: orders, version: 1.0.0}
components: {securitySchemes: {id: {type: apiKey, in: header, name: X-IBM-Client-Id}}}
paths:
  /orders:
    get:
      security: [{id: []}]
      parameters: [{name: page, in: query, schema: {type: integer}}]
      responses: {}
  /orders/{id}: {get: {responses: {}}}
x-assembly:
  properties: {backend: {value: 'http://a.test'}}
  execute:
    - invoke: {title: fetch, target-url: 'http://a.test/x', timeout: 30}
    - if:
        condition: request.verb = 'GET'
        execute:
          - set-variable: {actions: [{set: message.headers.x-a, value: b}]}
    - gatewayscript: {source: \"var a = 1;\\nvar b = 2;\\n\"}
";

fn served(text: &str) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.yaml");
    std::fs::write(&file, text).unwrap();
    let (settings, resources) = (Live::default(), Resources::default());
    let around = LoadContext {
        settings: &settings,
        resources: &resources,
        environment: &ProcessEnvironment,
        purpose: Purpose::Check,
    };
    let load = load(Paths { documents: &[file], files_from: &[] }, around, &|_| {});
    assert_eq!(load.findings.errors(), 0, "{:?}", load.findings.iter().collect::<Vec<_>>());
    Served::of(&load, &settings, &ProcessEnvironment)
}

fn changes(edits: &[(&str, &str)]) -> Changes {
    let new = edits.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    compare(&served(BASE), &served(&new))
}

/// Sign, subjects and sentence of each change.
fn told(edits: &[(&str, &str)]) -> Vec<String> {
    let all = changes(edits).0.into_iter();
    all.map(|one| format!("{} {}: {}", one.weight.sign(), one.subjects.join(", "), one.sentence)).collect()
}

#[test]
fn the_same_documents_have_no_changes() {
    assert_eq!(told(&[]), [""; 0]);
    // Names of parameters and the order of keys change nothing.
    assert_eq!(told(&[("/orders/{id}:", "/orders/{order}:")]), [""; 0]);
    assert_eq!(
        told(&[("target-url: 'http://a.test/x', timeout: 30", "timeout: 30, target-url: 'http://a.test/x'")]),
        [""; 0]
    );
}

#[test]
fn routes_and_who_may_call_them_are_told() {
    assert_eq!(
        told(&[("/orders/{id}: {get: {responses: {}}}", "/orders/{id}: {put: {responses: {}}}")]),
        ["+ PUT /orders/{id}: is new, for everybody", "! GET /orders/{id}: is gone"]
    );
    assert_eq!(
        told(&[("security: [{id: []}]", "security: [{id: []}, {}]")]),
        ["! GET /orders: was for who sends a client id in `X-IBM-Client-Id` (`id`), is for everybody"]
    );
    assert_eq!(
        told(&[("in: query, schema", "in: query, required: true, schema")]),
        ["! GET /orders: the query parameter `page` must be sent now"]
    );
    assert_eq!(
        told(&[("schema: {type: integer}}]", "schema: {type: integer}}, {name: X, in: header}]")]),
        ["+ GET /orders: the header parameter `X` is new, and may be sent"]
    );
}

#[test]
fn a_change_of_a_shared_step_is_told_once_with_its_routes() {
    assert_eq!(
        told(&[("a.test/x', timeout: 30", "b.test/x', timeout: 5s")]),
        [
            "~ GET /orders, GET /orders/{id}: `invoke` \"fetch\": target-url was `http://a.test/x`, is `http://b.test/x`",
            "~ GET /orders, GET /orders/{id}: `invoke` \"fetch\": timeout was `30`, is `5s`",
        ]
    );
    let all = changes(&[("a.test/x', timeout: 30", "b.test/x', timeout: 5s")]);
    assert_eq!(all.0.iter().map(|one| one.topic).collect::<Vec<_>>(), [Topic::Calls, Topic::Limits]);
    assert!(!all.need_care());
}

#[test]
fn steps_that_come_and_go_are_told_where_they_are() {
    let within = "- set-variable: {actions: [{set: message.headers.x-a, value: b}]}";
    assert_eq!(
        told(&[(within, &format!("{within}\n          - lambda: {{function: f}}"))]),
        [
            "+ GET /orders, GET /orders/{id}: `if` › `lambda` is new, after `if` › `set-variable`",
            "+ GET /orders, GET /orders/{id}: `if` › `lambda`: function is `f`",
        ]
    );
    assert_eq!(
        told(&[(within, "- log: {}")]),
        [
            "- GET /orders, GET /orders/{id}: `if` › `set-variable` is gone",
            "+ GET /orders, GET /orders/{id}: `if` › `log` is new, after `if`",
        ]
    );
    let caught = "\n  catch: [{default: [{throw: {name: Late}}]}]\n";
    assert!(
        told(&[("var b = 2;\\n\"}\n", &format!("var b = 2;\\n\"}}{caught}"))])[0]
            .contains("catch default: `throw` is new")
    );
}

#[test]
fn long_texts_show_their_lines_and_secrets_are_not_shown() {
    let all = changes(&[("var b = 2;", "var b = 3;")]);
    assert_eq!(all.0[0].lines, ["- var b = 2;", "+ var b = 3;"]);
    assert_eq!(all.0[0].weight, Weight::Changed);
    let secret = [("timeout: 30", "timeout: 30, username: me, password: canary-1")];
    let all = changes(&secret);
    let shown = text(&all) + &markdown(&all);
    assert!(shown.contains("password is a secret") && !shown.contains("canary"), "{shown}");
}

#[test]
fn markdown_is_not_broken_by_what_it_quotes() {
    let all = changes(&[("var b = 2;", "var b = '<b>|</b>`';")]);
    let shown = markdown(&all);
    assert!(shown.contains("<code>+ var b = '&lt;b>\\|&lt;/b>&#96;';</code>"), "{shown}");
    assert!(shown.lines().filter(|line| line.starts_with("| ")).all(|line| line.ends_with(" |")), "{shown}");
}
