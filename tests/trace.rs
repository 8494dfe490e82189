//! `gantry trace` against gateways that run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use serde_json::Value;
use support::{Gantry, command};

const DOCUMENT: &str = "openapi: 3.0.3
info: {title: shop, version: 1.0.0}
paths: {'/orders/{id}': {}}
x-assembly:
  execute:
    - set-variable:
        title: find the order
        actions:
          - {set: order.id, value: $(request.parameters.id)}
          - {set: message.headers.x-stage, value: '${TRACED_WORD:-none}'}
    - switch:
        title: choose
        case:
          - condition: order.id = '8'
            execute: [{throw: {title: refuse, name: NoSuchOrder, message: There is no order $(order.id).}}]
  catch:
    - errors: [NoSuchOrder]
      execute: [{set-variable: {title: answer, actions: [{set: message.status.code, value: 404}]}}]
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("api.yaml"), DOCUMENT).unwrap();
    folder
}

fn trace(gantry: &Gantry, arguments: &[&str]) -> Output {
    let admin = gantry.admin.to_string();
    command().arg("trace").args(["--admin", &admin]).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The exit code and what was said.
fn refusal(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

fn id(headers: &str) -> String {
    let header = headers.lines().find_map(|line| line.to_lowercase().strip_prefix("x-request-id: ").map(str::to_owned));
    header.unwrap().trim().to_owned()
}

#[test]
fn the_last_request_of_dev_is_a_tree_that_fits_a_terminal() {
    let folder = folder();
    let path = folder.path().to_str().unwrap().to_owned();
    let variables = |_| vec![("TRACED_WORD".to_owned(), "canary-of-the-environment".to_owned())];
    let gantry = Gantry::spawn_with(&["dev", &path], variables);
    gantry.wait_until_ready();
    let (code, said) = refusal(&trace(&gantry, &[]));
    assert_eq!((code, said.as_str()), (Some(3), "no request has been recorded yet: send one, and ask again\n"));

    let first = gantry.get("/orders/7?token=canary-of-the-client");
    let headers = [("Authorization", "Bearer canary-of-the-header")];
    let second = gantry.send("GET", "/orders/8", &headers, "");
    assert_eq!((first.status, second.status), (200, 404));
    // A record is there when the last byte has been sent.
    gantry.wait_until("both are recorded", || {
        let listed = gantry.try_get_from(gantry.admin, "/-/traces").unwrap().body;
        serde_json::from_str::<Value>(&listed).unwrap()["traces"].as_array().unwrap().len() == 2
    });
    let shown = stdout(&trace(&gantry, &[]));
    for part in [
        "GET /orders/8 404 in ",
        "├─ set-variable `find the order`  ",
        "reads request.parameters.id: 8",
        "order: nothing → {\"id\":\"8\"}",
        "message.headers.x-stage: ***",
        "switch `choose`  ",
        ", case 1\n",
        "throw `refuse`  ",
        ", FAULT\n",
        "NoSuchOrder (500, author): There is no order 8.",
        "taken by catch `NoSuchOrder`",
        "├─ catch\n",
        "message.status: no status → 404",
        "└─ response 404",
        "authorization: ***",
    ] {
        assert!(shown.contains(part), "no `{part}` in\n{shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    let all = stdout(&trace(&gantry, &[&id(&first.headers)]));
    assert!(all.starts_with("GET /orders/7?token=*** 200 in ") && all.contains("no condition holds"), "{all}");
    let json = stdout(&trace(&gantry, &[&id(&second.headers), "--json"]));
    let record: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&record["id"], &record["faults"][0]["caught_by"]),
        (&id(&second.headers).into(), &"NoSuchOrder".into())
    );
    assert!(!(shown + &all + &json).contains("canary"), "{json}");

    let (code, said) = refusal(&trace(&gantry, &["00000000-0000"]));
    assert_eq!(code, Some(3));
    assert!(said.starts_with("there is no record of 00000000-0000") && said.contains("`gantry trace`"), "{said}");
}

#[test]
fn every_request_is_followed() {
    let folder = folder();
    let gantry = Gantry::start(&["dev", folder.path().to_str().unwrap()]);
    gantry.get("/orders/1");
    gantry.wait_until("it is recorded", || {
        gantry.try_get_from(gantry.admin, "/-/traces").is_some_and(|answer| answer.body.contains("/orders/1"))
    });
    let mut follower = command()
        .args(["trace", "--follow", "--json", "--admin", &format!("http://{}", gantry.admin)])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, lines) = std::sync::mpsc::channel();
    let out = BufReader::new(follower.stdout.take().unwrap());
    let reader = std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    // It begins with what comes after its start, which cannot be seen from outside: requests are sent until one is shown.
    let end = std::time::Instant::now() + support::PATIENCE;
    let line = loop {
        assert!(std::time::Instant::now() < end, "nothing is shown");
        gantry.get("/orders/2");
        if let Ok(line) = lines.recv_timeout(std::time::Duration::from_millis(500)) {
            break line;
        }
    };
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["path"], "/orders/2");
    rustix::process::kill_process(rustix::process::Pid::from_child(&follower), rustix::process::Signal::TERM).unwrap();
    follower.wait().unwrap();
    reader.join().unwrap();
}

#[test]
fn serve_records_nothing_unless_it_is_told_to_and_asks_for_its_token() {
    let folder = folder();
    let document = folder.path().join("api.yaml");
    let gantry = Gantry::start(&["serve", document.to_str().unwrap()]);
    gantry.get("/orders/7");
    let (code, said) = refusal(&trace(&gantry, &[]));
    assert_eq!(code, Some(3));
    assert!(said.contains("`traces.record.sample`"), "{said}");
    drop(gantry);

    let settings = folder.path().join("gantry.settings");
    let text = "server: {admin-token: a token of the tests}\ntraces: {record: {key: a key of the tests}}\n";
    std::fs::write(&settings, text).unwrap();
    let gantry = Gantry::start(&["serve", document.to_str().unwrap(), "--settings", settings.to_str().unwrap()]);
    gantry.get("/orders/7");
    gantry.send("GET", "/orders/7", &[("X-Gantry-Trace", "a key of the testz")], "");
    let recorded = gantry.send("GET", "/orders/8", &[("X-Gantry-Trace", "a key of the tests")], "");
    let (code, said) = refusal(&trace(&gantry, &[]));
    assert_eq!(code, Some(3));
    assert!(said.contains("GANTRY_SERVER_ADMIN_TOKEN"), "{said}");
    let shown = || trace(&gantry, &["--json", "--token", "a token of the tests"]);
    gantry.wait_until("it is recorded", || shown().status.success());
    let shown = stdout(&shown());
    let record: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&record["id"], &record["number"]), (&id(&recorded.headers).into(), &1.into()));
    assert!(!shown.contains("a key of the tests"), "{shown}");
}

#[test]
fn errors_say_what_to_type() {
    let output = command().args(["trace", "--admin", "127.0.0.1:9"]).output().unwrap();
    let (code, said) = refusal(&output);
    assert_eq!(code, Some(3));
    assert!(said.contains("nothing answers at http://127.0.0.1:9") && said.contains("`gantry dev FOLDER`"), "{said}");
    let (code, said) = refusal(&command().args(["trace", "--admin", "::"]).output().unwrap());
    assert!(code == Some(3) && said.contains("--admin http://127.0.0.1:9090"), "{said}");
    assert_eq!(command().args(["trace", "x", "--follow"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_path_parameter_with_a_secret_name_is_masked_in_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let text = DOCUMENT.replace("/orders/{id}", "/orders/{token}").replace("parameters.id", "parameters.token");
    std::fs::write(folder.path().join("api.yaml"), text).unwrap();
    let gantry = Gantry::spawn(&["dev", folder.path().to_str().unwrap()]);
    gantry.wait_until_ready();
    gantry.get("/orders/canary7?apikey=");
    gantry.wait_until("it is recorded", || {
        gantry.try_get_from(gantry.admin, "/-/traces").unwrap().body.contains("orders")
    });
    let shown =
        stdout(&trace(&gantry, &[])) + &stdout(&trace(&gantry, &["--json"])) + &stdout(&trace(&gantry, &["--test"]));
    assert!(!shown.contains("canary") && shown.contains("/orders/***"), "{shown}");
    assert!(!shown.contains("apikey=***"), "{shown}");
}
