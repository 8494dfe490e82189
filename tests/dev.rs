//! `gantry dev`: the README's first command, and what happens when files change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::path::Path;

use support::{Gantry, copy_of, edit, python_is_here};

fn start(folder: &Path) -> Gantry {
    let gantry = Gantry::spawn(&["dev", folder.to_str().expect("a path in UTF-8")]);
    gantry.wait_until("it serves", || gantry.stderr().contains("Ctrl-C ends."));
    gantry
}

#[test]
fn the_first_command_of_the_readme_works() {
    if !python_is_here("the_first_command_of_the_readme_works") {
        return;
    }
    let gantry = start(&support::repository().join("assemblies/hello-lambda"));
    let said = gantry.stderr();
    assert!(said.contains("GET     /hello/{name}"), "{said}");
    assert!(said.contains("Functions: hello"), "{said}");
    assert!(said.contains(&format!("curl http://{}/hello/World", gantry.traffic)), "{said}");

    let answer = gantry.get("/hello/World");
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"message": "Hello, World!"}"#));
    let answer = gantry.get("/hello/Zo%C3%AB%20%26%20co");
    assert_eq!(answer.body, r#"{"message": "Hello, Zo\u00eb & co!"}"#);

    assert_eq!(gantry.get("/nowhere").status, 404);
    assert_eq!(gantry.send("POST", "/hello/World", &[], "{}").status, 405);
}

#[test]
fn edits_take_effect_and_broken_ones_keep_the_last_good_version() {
    if !python_is_here("edits_take_effect_and_broken_ones_keep_the_last_good_version") {
        return;
    }
    let folder = copy_of("assemblies/hello-lambda");
    let (document, handler) = (folder.path().join("openapi.yaml"), folder.path().join("hello.py"));
    let gantry = start(folder.path());
    let message = |path: &str| gantry.get(path).body;
    assert!(message("/hello/World").contains("Hello, World!"));

    edit(&handler, "Hello, ", "Good day, ");
    gantry.wait_until("the new handler answers", || message("/hello/World").contains("Good day, World!"));

    edit(&handler, "def handler(", "def handler(]");
    gantry.wait_until("the mistake is shown", || gantry.stderr().contains("hello.py:4"));
    assert!(message("/hello/World").contains("Good day, World!"));
    edit(&handler, "def handler(]", "def handler(");

    edit(&document, "/hello/{name}:", "/greet/{name}:");
    gantry.wait_until("the new path is served", || gantry.get("/greet/World").status == 200);
    assert_eq!(gantry.get("/hello/World").status, 404);

    edit(&document, "function: hello", "fuction: hello");
    gantry.wait_until("the finding is shown", || gantry.stderr().contains("did you mean `function`?"));
    assert!(gantry.stderr().contains("openapi.yaml:23:9"), "{}", gantry.stderr());
    assert_eq!(gantry.get("/greet/World").status, 200);

    // Other files of the folder are not read, so they change nothing.
    std::fs::write(folder.path().join("access.log"), "a line\n").unwrap();
    edit(&document, "fuction: hello", "function: helo");
    gantry.wait_until("the missing function is shown", || gantry.stderr().contains("did you mean `hello`?"));
    assert!(gantry.stderr().contains("openapi.yaml:23:19"), "{}", gantry.stderr());
    assert!(!gantry.stderr().contains("access.log"), "{}", gantry.stderr());
    edit(&document, "function: helo", "function: hello");
    let swaps = gantry.stderr().matches("Reloaded.").count();
    gantry.wait_until("the mended document is loaded", || gantry.stderr().matches("Reloaded.").count() > swaps.min(1));
    gantry.wait_until("the function is found again", || gantry.get("/greet/World").status == 200);
}

#[test]
fn a_document_that_is_broken_at_the_start_is_served_once_it_is_mended() {
    if !python_is_here("a_document_that_is_broken_at_the_start_is_served_once_it_is_mended") {
        return;
    }
    let folder = copy_of("assemblies/hello-lambda");
    let document = folder.path().join("openapi.yaml");
    edit(&document, "- lambda:", "- lamdba:");
    let gantry = Gantry::spawn(&["dev", folder.path().to_str().expect("a path in UTF-8")]);
    gantry.wait_until("the finding is shown", || gantry.stderr().contains("did you mean `lambda`?"));
    edit(&document, "- lamdba:", "- lambda:");
    gantry.wait_until("it is served", || {
        support::request(gantry.traffic, "GET", "/hello/World", &[], "").is_ok_and(|answer| answer.status == 200)
    });
}
