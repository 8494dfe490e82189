//! A document with errors does not decide over the others, where the operator says so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use support::{Gantry, command, edit, file};

fn document(base: &str, policy: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: 'api {base}', version: '1'}}\nservers: [{{url: {base}}}]\npaths:\n  /x: {{get: {{responses: {{}}}}}}\n\
         x-assembly: {{execute: [{{{policy}: {{actions: [{{set: message.body, value: first}}]}}}}]}}\n"
    )
}

#[test]
fn the_others_are_served_and_the_last_good_version_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "good.yaml", &document("/good", "set-variable"));
    let changing = file(&folder, "changing.yaml", &document("/changing", "set-variable"));
    file(&folder, "broken.yaml", &document("/broken", "set-varable"));
    file(&folder, "twin.yaml", &document("/good", "set-variable"));
    let other = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let refuse = command().args(["serve", path, "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(refuse.status.code(), Some(1));
    let text = "documents: {broken: leave-out}\nserver: {drain-delay: 0s}\n";
    let settings = file(&other, "settings.yaml", text);
    let gantry = Gantry::start(&["serve", path, "--watch", "--settings", &settings]);
    assert_eq!(gantry.get("/good/x").body, "first");
    assert_eq!(gantry.get("/changing/x").body, "first");
    for path in ["/broken/x", "/broken", "/broken/any/thing"] {
        let answer = gantry.get(path);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.body.contains("This API is not available at the moment"), "{answer:?}");
    }
    assert_eq!(gantry.get("/other").status, 404);
    let log = gantry.stderr();
    assert!(log.contains("did you mean `set-variable`?") && log.contains("broken.yaml: not served"), "{log}");
    assert!(log.contains("twin.yaml: not served"), "the second of two with the same paths: {log}");

    let metric = |text: &str| gantry.try_get_from(gantry.admin, "/metrics").unwrap().body.contains(text);
    assert!(metric("gantry_documents_left_out 2\n"));
    edit(changing.as_ref(), "set-variable", "set-varable");
    gantry.wait_until("the reload is counted", || metric("gantry_documents_left_out 3\n"));
    assert_eq!(gantry.get("/changing/x").body, "first", "its last good version");
    let status = gantry.try_get_from(gantry.admin, "/-/status").unwrap().body;
    assert!(status.contains("changing.yaml: its last good version is served"), "{status}");
    edit(changing.as_ref(), "set-varable", "set-variable");
    edit(changing.as_ref(), "value: first", "value: second");
    gantry.wait_until("the mended one is served", || gantry.get("/changing/x").body == "second");
    assert!(metric("gantry_documents_left_out 2\n"));
}
