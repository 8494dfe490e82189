//! The memory for all requests counts what steps and scripts make too: what has no room is answered 503, and all is given back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use support::{Gantry, Response, file};

const DOCUMENT: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /parse: {post: {responses: {}, x-assembly: {execute: [parse: {}]}}}
  /xml-to-json: {post: {responses: {}, x-assembly: {execute: [xml-to-json: {}]}}}
  /json-to-xml: {post: {responses: {}, x-assembly: {execute: [json-to-xml: {}]}}}
  /add:
    post:
      responses: {}
      x-assembly:
        execute:
        - set-variable: {actions: [{set: list, value: $(message.body.a)}, {add: list, value: 1}]}
        - set-variable: {actions: [{set: message.body, value: done}]}
  /text:
    post:
      responses: {}
      x-assembly:
        execute:
        - set-variable: {actions: [{set: text, value: $(message.body)$(message.body)$(message.body)}]}
        - set-variable: {actions: [{set: message.body, value: done}]}
  /map:
    post:
      responses: {}
      x-assembly:
        execute:
        - map:
            inputs: {input: {schema: {type: object}, variable: message.body}}
            outputs:
              output:
                variable: message.body
                schema:
                  type: object
                  properties: {lines: {type: array, items: {type: object, properties: {n: {type: number}}}}}
            actions:
            - create: output.lines
              foreach: input.a
              from: input.a
              actions: [{set: n, from: n}]
  /script:
    post:
      responses: {}
      x-assembly:
        execute:
        - gatewayscript: {source: 'const all = []; for (let n = 0; n < 12; n++) all.push(new Uint8Array(1 << 20).fill(n))'}
        - set-variable: {actions: [{set: message.body, value: done}]}
  /objects:
    post:
      responses: {}
      x-assembly:
        execute:
        - gatewayscript: {source: 'const all = []; for (let n = 0; n < 100000; n++) all.push({n})'}
        - set-variable: {actions: [{set: message.body, value: done}]}
";

/// (path, body): each has room for the body and for what is read of it, and takes more than the budget in all.
fn requests() -> Vec<(&'static str, String)> {
    let numbers = format!("[{}]", vec!["1"; 100_000].join(","));
    let list = format!("{{\"a\":{numbers}}}");
    let elements = format!("<r>{}</r>", format!("<g>{}</g>", "<a/>".repeat(3000)).repeat(20));
    let objects = format!("{{\"a\":[{}]}}", vec!["{\"n\":1}"; 20_000].join(","));
    vec![
        ("/parse", elements.clone()),
        ("/xml-to-json", elements),
        ("/json-to-xml", numbers),
        ("/add", list),
        ("/text", "x".repeat(700_000)),
        ("/map", objects),
        ("/script", "x".to_owned()),
        ("/objects", "x".to_owned()),
    ]
}

fn start(folder: &tempfile::TempDir, bytes: usize) -> Gantry {
    let document = file(folder, "api.yaml", DOCUMENT);
    let limits = format!("server: {{limits: {{buffered-bytes: {bytes}}}, drain-delay: 0s}}\n");
    let settings = file(folder, "settings.yaml", &limits);
    Gantry::start(&["serve", &document, "--settings", &settings])
}

fn ask(gantry: &Gantry, path: &str, body: &str) -> Response {
    let kind = if body.starts_with('<') { "application/xml" } else { "application/json" };
    support::request(gantry.traffic, "POST", path, &[("Content-Type", kind)], body).expect("an answer")
}

fn metrics(gantry: &Gantry) -> String {
    gantry.try_get_from(gantry.admin, "/metrics").expect("an answer").body
}

/// A script gives its memory back after its answer is there.
fn wait_until_all_is_given_back(gantry: &Gantry) {
    gantry.wait_until("all room to be given back", || metrics(gantry).contains("gantry_buffered_bytes 0\n"));
}

#[test]
fn what_steps_make_has_to_have_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let gantry = start(&folder, 1_600_000);
    for (path, body) in requests() {
        let answer = ask(&gantry, path, &body);
        assert_eq!(answer.status, 503, "{path}: {}", &answer.body[..answer.body.len().min(500)]);
        assert!(answer.headers.to_lowercase().contains("retry-after: 1"), "{path}: {}", answer.headers);
        wait_until_all_is_given_back(&gantry);
    }
    let refused = format!("gantry_buffered_refused_total {}\n", requests().len());
    let seen = metrics(&gantry);
    let line = seen.lines().find(|line| line.starts_with("gantry_buffered_refused_total"));
    assert!(seen.contains(&refused), "{line:?}");
}

#[test]
fn what_has_room_is_made_and_given_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let gantry = start(&folder, 400_000_000);
    std::thread::scope(|scope| {
        for (path, body) in requests() {
            let gantry = &gantry;
            scope.spawn(move || {
                for _ in 0..3 {
                    let answer = ask(gantry, path, &body);
                    assert_eq!(answer.status, 200, "{path}: {}", &answer.body[..answer.body.len().min(500)]);
                }
            });
        }
    });
    wait_until_all_is_given_back(&gantry);
    assert!(metrics(&gantry).contains("gantry_buffered_refused_total 0\n"));
}
