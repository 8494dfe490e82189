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

#[test]
fn nothing_that_changes_an_answer_is_silent() {
    let scheme = "{id: {type: apiKey, in: header, name: X-IBM-Client-Id}}";
    let (words, query) = (
        "! GET /orders: was for who sends a client id in `X-IBM-Client-Id` (`id`), is for who sends a client id in the query as `X-IBM-Client-Id` (`id`)",
        scheme.replace("in: header", "in: query"),
    );
    assert_eq!(told(&[(scheme, &query)]), [words]);
    let asked = "{id: {type: apiKey, in: header, name: X-IBM-Client-Id, x-ibm-authentication-url: 'https://e.test/y'}}";
    assert_eq!(
        told(&[(scheme, asked)]),
        ["! GET /orders: the scheme `id`: x-ibm-authentication-url is `https://e.test/y`"]
    );
    // The kind of a scalar counts.
    assert_eq!(
        told(&[("value: b}", "value: 2}")]),
        ["~ GET /orders, GET /orders/{id}: `if` › `set-variable`: actions/0/value was `b`, is `2`"]
    );
    let text = BASE.replace("value: b}", "value: 2}");
    let typed = compare(&served(&text), &served(&text.replace("value: 2}", "value: '2'}")));
    assert!(typed.0[0].sentence.ends_with("was `2` (a whole number), is `2` (text)"), "{typed:?}");
    // Schemas, what parameters must be, operations, paths and the document.
    for (from, to, expected) in [
        (
            "components: {",
            "components: {schemas: {O: {required: [a]}}, ",
            "! orders: components/schemas/O/required/0 is `a`",
        ),
        (
            "schema: {type: integer}",
            "schema: {type: integer, minimum: 3}",
            "! GET /orders: the query parameter `page`: schema/minimum is `3`",
        ),
        ("    get:\n", "    get:\n      operationId: list\n", "+ GET /orders: operationId is `list`"),
        ("    get:\n", "    x-ibm-x: {description: 1}\n    get:\n", "+ GET /orders: path/x-ibm-x/description is `1`"),
        ("paths:", "servers: [{url: 'https://a.test'}]\npaths:", "+ orders: servers/0/url is `https://a.test`"),
        ("x-assembly:\n", "x-assembly:\n  error-format: v5\n", "+ orders: error-format is `v5`"),
    ] {
        assert_eq!(told(&[(from, to)]), [expected], "{to}");
    }
    // What only people read.
    for (from, to) in [
        ("version: 1.0.0}", "version: 1.0.0, description: new, contact: {name: me}}\ntags: [{name: a}]"),
        ("    get:\n", "    get:\n      summary: s\n      tags: [a]\n      externalDocs: {url: 'http://d.test'}\n"),
        ("in: query, schema", "in: query, description: d, example: 3, schema"),
        ("schema: {type: integer}", "schema: {type: integer, title: t, example: 4}"),
    ] {
        assert_eq!(told(&[(from, to)]), [""; 0], "{to}");
    }
    let named = BASE.replace("components: {", "components: {schemas: {O: {properties: {title: {type: string}}}}, ");
    let gone = compare(&served(&named), &served(&named.replace("title: {type: string}", "title: {type: integer}")));
    assert!(gone.0[0].sentence.contains("properties/title/type"), "{gone:?}");
}

#[test]
fn a_parameter_of_the_path_is_the_same_under_another_name() {
    let base = BASE.replace(
        "/orders/{id}: {get: {",
        "/orders/{id}: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], get: {",
    );
    let renamed = base.replace("/orders/{id}", "/orders/{nr}").replace("{name: id,", "{name: nr,");
    assert_eq!(compare(&served(&base), &served(&renamed)).0, []);
    let typed = renamed.replace("required: true, schema: {type: string}", "required: true, schema: {type: integer}");
    let all = compare(&served(&base), &served(&typed));
    assert_eq!(all.0[0].sentence, "the path parameter `nr` was `string`, is `integer`");
}

#[test]
fn a_step_that_moved_or_has_a_new_title_is_the_same_step() {
    let both = "GET /orders, GET /orders/{id}";
    assert_eq!(
        told(&[("title: fetch", "title: ask")]),
        [format!("~ {both}: `invoke` \"fetch\" is `invoke` \"ask\" now, first of all")]
    );
    let script = "    - gatewayscript: {source: \"var a = 1;\\nvar b = 2;\\n\"}\n";
    let first = format!("execute:\n{script}");
    assert_eq!(
        told(&[(script, ""), ("execute:\n    - invoke", &format!("{first}    - invoke"))]),
        [format!("~ {both}: `gatewayscript` has moved, first of all")]
    );
    // The same time with and without its unit.
    assert_eq!(told(&[("timeout: 30", "timeout: 30s")]), [""; 0]);
    let late = "\n  catch: [{errors: [Late], execute: []}]\n";
    assert_eq!(
        told(&[("var b = 2;\\n\"}\n", &format!("var b = 2;\\n\"}}{late}"))]),
        [format!("+ {both}: catch Late is new, after `gatewayscript`")]
    );
}

#[test]
fn values_are_shown_without_secrets_and_titles_stay_in_their_line() {
    let all = changes(&[
        ("'http://a.test/x'", "'http://a.test/x?api_key=abcdefghijkl'"),
        ("{value: 'http://a.test'}", "{value: 'Bearer abcdefghijkl'}, other: {value: 'http://me:hunter22@a.test'}"),
        ("title: fetch", "title: \"fe\\etch\""),
    ]);
    let shown = text(&all) + &markdown(&all);
    assert!(!shown.contains("abcdef") && !shown.contains("hunter22") && !shown.contains('\u{1b}'), "{shown}");
    assert!(shown.contains("Bearer ***") && shown.contains("api_key=***"), "{shown}");
}
