//! An author's first hour: a new API, a typo, a failing service, its trace, a test from the trace, coverage, and the review.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::path::Path;

use support::{Gantry, edit, gantry, python_is_here};

/// Runs a verb: exit code, stdout, stderr.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = gantry(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Adds a call of a service that is not there.
fn add_a_call(document: &Path, closed: &str) {
    let call = format!(
        "    - invoke:\n        title: who is it\n        target-url: http://{closed}/people/$(request.parameters.name)\n        \
         output: person\n        stop-on-error: [ConnectionError]\n    - lambda:\n"
    );
    edit(document, "    - lambda:\n", &call);
    let catch = "  catch:\n    - errors: [ConnectionError]\n      execute:\n        \
                 - throw: {name: Unknown, message: Nobody can say., error-status-code: 503}\n";
    edit(document, "  catch:\n", catch);
}

#[test]
fn an_author_gets_from_a_new_folder_to_a_review() {
    let folder = tempfile::tempdir().unwrap();
    let (path, before) = (folder.path().join("greetings"), folder.path().join("before"));
    let (path, before) = (path.to_str().unwrap(), before.to_str().unwrap());
    assert_eq!(run(&["new", path]).0, Some(0));
    std::fs::create_dir(before).unwrap();
    let document = Path::new(path).join("openapi.yaml");
    std::fs::copy(&document, Path::new(before).join("openapi.yaml")).unwrap();

    // A typo is found at its place and mended.
    edit(&document, "lambda:", "lamdba:");
    let (code, stdout, _) = run(&["check", path]);
    assert!(code == Some(1) && stdout.contains("there is no policy `lamdba`; did you mean `lambda`?"), "{stdout}");
    let (code, _, stderr) = run(&["check", path, "--fix"]);
    assert!(code == Some(0) && stderr.contains("\nmended 1 mistake\n"), "{stderr}");

    // A service fails: the answer, and the trace of it.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    add_a_call(&document, &closed);
    if !python_is_here("an_author_gets_from_a_new_folder_to_a_review") {
        return;
    }
    let dev = Gantry::spawn(&["dev", path]);
    dev.wait_until("it serves", || dev.stderr().contains("Ctrl-C ends."));
    assert_eq!(dev.get("/hello/Ada").status, 503);
    let admin = dev.admin.to_string();
    dev.wait_until("it is recorded", || run(&["trace", "--admin", &admin]).0 == Some(0));
    let (_, trace, _) = run(&["trace", "--admin", &admin]);
    for part in ["`who is it`", "taken by catch `ConnectionError`", "GET /hello/Ada 503 in "] {
        assert!(trace.contains(part), "{part}: {trace}");
    }

    // The trace becomes a test, which passes without the gateway that runs.
    let (code, test, _) = run(&["trace", "--test", "--admin", &admin]);
    assert_eq!(code, Some(0));
    drop(dev);
    let file = Path::new(path).join("late.test.yaml");
    std::fs::write(&file, &test).unwrap();
    let (code, stdout, stderr) = run(&["test", file.to_str().unwrap(), "--coverage"]);
    assert!(code == Some(0) && stdout.contains("1 passed, 0 failed"), "{test}\n{stdout}{stderr}");
    assert!(stdout.contains("openapi.yaml") && stdout.contains("catch"), "{stdout}");

    // What a reviewer reads.
    let (code, stdout, stderr) = run(&["diff", before, path]);
    assert_eq!(code, Some(5), "{stdout}{stderr}");
    for part in
        ["`invoke` \"who is it\" is new, first of all", "catch ConnectionError: `throw` is new", "target-url is"]
    {
        assert!(stdout.contains(part), "{part}: {stdout}");
    }
}

#[test]
fn the_event_of_a_request_goes_to_its_function() {
    let (code, event, stderr) =
        run(&["event", "get", "/hello/Ada?x=1", "--documents", "assemblies/hello-lambda", "--header", "X-A: b"]);
    assert_eq!((code, stderr.as_str()), (Some(0), "the event of `hello`:\n"));
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    assert_eq!((&event["rawPath"], &event["headers"]["x-a"]), (&"/hello/Ada".into(), &"b".into()));
    assert_eq!(event["pathParameters"]["name"], "Ada");
    let (code, _, stderr) = run(&["event", "GET", "/nowhere", "--documents", "assemblies/hello-lambda"]);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("the request called 0 functions, and was answered 404: {"), "{stderr}");
    let (code, _, stderr) = run(&["event", "GET", "/", "--documents", "tests/fixtures/broken.yaml"]);
    assert!(code == Some(1) && stderr.contains("lamdba"), "{stderr}");
}

#[test]
fn expressions_are_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let json = support::file(&folder, "order.json", r#"{"items": [{"price": 3}, {"price": 7}]}"#);
    let xml = support::file(&folder, "order.xml", "<order><item id='3'>tea</item></order>");
    let variables = support::file(&folder, "variables.json", r#"{"rate": 2}"#);
    for (expression, message, expected) in [
        ("$sum(items.price) * rate", &json, "20\n"),
        ("Order $(message.body.items[0].price) of $(request.headers.X-Shop)", &json, "Order 3 of tea\n"),
        ("//item/@id", &xml, "\"3\"\n"),
        ("$xpath(message.body, '//item')", &xml, "\"tea\"\n"),
    ] {
        let arguments =
            ["eval", expression, "--message", message, "--variables", &variables, "--header", "X-Shop: tea"];
        assert_eq!(run(&arguments), (Some(0), expected.to_owned(), String::new()), "{expression}");
    }
    let (code, _, stderr) = run(&["eval", "items[price >", "--message", &json]);
    assert_eq!(
        (code, stderr.as_str()),
        (Some(1), "1:14: the expression ends too early (S0207)\n  items[price >\n               ^\n")
    );
    assert_eq!(run(&["eval", "1", "--message", "/no/such/file"]).0, Some(3));
    assert_eq!(run(&["eval"]).0, Some(2));
}
