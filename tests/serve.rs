//! `gantry serve`: start, reload, drain.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use support::{Gantry, copy_of, edit, gantry};

const DOCUMENT: &str = "tests/fixtures/empty-root.yaml";

#[test]
fn it_serves_health_metrics_and_one_access_line_per_request() {
    let gantry = Gantry::start(&["serve", DOCUMENT]);
    let answer = gantry.send("GET", "/ping?token=s3cret", &[("Authorization", "Bearer s3cret")], "");
    assert_eq!((answer.status, answer.body.as_str()), (200, "pong"));
    assert!(!answer.headers.to_lowercase().contains("authorization"), "{}", answer.headers);
    assert_eq!(gantry.try_get_from(gantry.admin, "/livez").map(|answer| answer.status), Some(200));
    let metrics = gantry.try_get_from(gantry.admin, "/metrics").expect("an answer").body;
    assert!(metrics.contains("gantry_requests_total"), "{metrics}");
    gantry.wait_until("the access line is written", || gantry.stdout().contains("\"/ping\""));
    let line: serde_json::Value = serde_json::from_str(gantry.stdout().lines().next().expect("a line")).expect("JSON");
    assert_eq!((&line["status"], &line["operation"]), (&200.into(), &"/ping".into()));
    assert!(!gantry.stdout().contains("s3cret"));
}

#[test]
fn it_refuses_to_start_with_an_error_and_says_where() {
    // Ports of its own: somebody may use the usual ones.
    let ports = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let output = gantry(&[&["serve", "tests/fixtures/broken.yaml"], &ports[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("tests/fixtures/broken.yaml:9:9: error G0301"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = gantry(&["serve", DOCUMENT, "--listen", &address, "--admin-listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
}

#[test]
fn sighup_reloads_and_an_error_keeps_what_serves() {
    let folder = copy_of("tests/fixtures");
    let document = folder.path().join("empty-root.yaml");
    let gantry = Gantry::start(&["serve", document.to_str().expect("a path in UTF-8")]);
    edit(&document, "value: pong", "value: again");
    gantry.signal(Signal::HUP);
    gantry.wait_until("the new document serves", || gantry.get("/ping").body == "again");
    edit(&document, "- set-variable:", "- set-variabel:");
    gantry.signal(Signal::HUP);
    gantry.wait_until("the finding is shown", || gantry.stderr().contains("did you mean `set-variable`?"));
    assert_eq!(gantry.get("/ping").body, "again");
}

#[test]
fn the_admin_listener_reloads_and_says_how_it_went() {
    let folder = copy_of("tests/fixtures");
    let document = folder.path().join("empty-root.yaml");
    let gantry = Gantry::start(&["serve", document.to_str().expect("a path in UTF-8")]);
    let reload = || support::request(gantry.admin, "POST", "/-/reload", &[], "").expect("an answer");
    edit(&document, "value: pong", "value: again");
    let answer = reload();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(gantry.get("/ping").body, "again");
    edit(&document, "- set-variable:", "- set-variabel:");
    let answer = reload();
    assert_eq!(answer.status, 422);
    let status: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!((&status["generation"], &status["last_load"]["loaded"]), (&2.into(), &false.into()));
    let finding = status["last_load"]["findings"][0].as_str().expect("a finding");
    assert!(finding.contains("empty-root.yaml:9:7: error G0301"), "{finding}");
    assert_eq!(gantry.get("/ping").body, "again");
    let metrics = gantry.try_get_from(gantry.admin, "/metrics").expect("an answer").body;
    assert!(metrics.contains("gantry_reloads_total{outcome=\"kept\"} 1"), "{metrics}");
    let counted = metrics.lines().find(|line| line.starts_with("gantry_requests_total{") && line.contains("/ping"));
    assert!(counted.is_some_and(|line| line.ends_with(" 2")), "both requests are counted: {metrics}");
}

#[test]
fn a_mounted_configmap_that_is_swapped_is_noticed() {
    // Kubernetes mounts `..data` as a link to a folder with the files, links each file to `..data/FILE`, and swaps the link.
    let mount = tempfile::tempdir().expect("a folder");
    let version = |name: &str, answer: &str| {
        let folder = mount.path().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        let text = std::fs::read_to_string(support::repository().join(DOCUMENT)).expect("the document");
        std::fs::write(folder.join("api.yaml"), text.replace("value: pong", &format!("value: {answer}")))
            .expect("a file");
    };
    let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, mount.path().join(name)).expect("a link");
    version("..1", "first");
    link("..1", "..data");
    link("..data/api.yaml", "api.yaml");
    let gantry = Gantry::start(&["serve", mount.path().to_str().expect("a path in UTF-8"), "--watch"]);
    assert_eq!(gantry.get("/ping").body, "first");
    version("..2", "second");
    link("..2", "..data_tmp");
    std::fs::rename(mount.path().join("..data_tmp"), mount.path().join("..data")).expect("the swap");
    gantry.wait_until("the new version serves", || gantry.get("/ping").body == "second");
}

#[test]
fn a_file_that_a_document_refers_to_is_watched_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    for part in ["apis", "parts"] {
        std::fs::create_dir(folder.path().join(part)).expect("a folder");
    }
    let text = std::fs::read_to_string(support::repository().join(DOCUMENT)).expect("the document");
    let (before, _) = text.split_once("paths:").expect("paths");
    let (_, assembly) = text.split_once("x-assembly:").expect("an assembly");
    let paths = "paths:\n  /ping: {$ref: '../parts/ping.yaml'}\n";
    write("apis/api.yaml", &format!("{before}{paths}x-assembly:{assembly}"));
    write("parts/ping.yaml", "get: {responses: {}}\n");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let gantry = Gantry::start(&["serve", &path("apis"), "--files-from", &path("parts"), "--watch"]);
    assert_eq!((gantry.get("/ping").body.as_str(), gantry.send("POST", "/ping", &[], "").status), ("pong", 405));
    write("parts/ping.yaml", "get: {responses: {}}\npost: {responses: {}}\n");
    gantry.wait_until("the new verb is served", || gantry.send("POST", "/ping", &[], "").status == 200);
}

#[test]
fn c10_a_secret_in_a_file_is_rotated_without_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    for part in ["apis", "secrets"] {
        std::fs::create_dir(folder.path().join(part)).expect("a folder");
    }
    let (endpoint, seen) = service();
    write(
        "apis/api.yaml",
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/: {get: {responses: {}}}}\n\
         x-assembly: {execute: [{lambda: {function: f}}]}\n",
    );
    let file = |name: &str| format!("'${{file:{}}}'", path(&format!("secrets/{name}")));
    let pair = format!("{{aws-access-key-id: {}, aws-secret-access-key: {}}}", file("id"), file("secret"));
    let aws = format!("aws: {{region: eu-west-1, endpoint: '{endpoint}', credentials: orders}}\n");
    write("settings.yaml", &format!("{aws}credentials: {{orders: {pair}}}\n"));
    write("secrets/id", "AKIDBEFORE\n");
    write("secrets/secret", "before\n");
    let gantry = Gantry::start(&["serve", &path("apis"), "--settings", &path("settings.yaml"), "--watch"]);
    assert_eq!(gantry.get("/").status, 200);
    assert!(seen.lock().expect("the list").iter().all(|one| one.contains("Credential=AKIDBEFORE/")));
    write("secrets/secret", "after\n");
    write("secrets/id", "AKIDAFTER\n");
    gantry.wait_until("calls are signed with the new key", || {
        gantry.get("/");
        seen.lock().expect("the list").last().is_some_and(|last| last.contains("Credential=AKIDAFTER/"))
    });
}

#[test]
fn a_traced_request_and_its_calls_are_one_trace_without_what_is_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a path in UTF-8").to_owned();
    let ((service, called), (collector, sent)) = (service(), service());
    let document = format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1', x-ibm-name: orders}}\npaths: {{'/orders/{{id}}': {{post: {{responses: {{}}}}}}}}\n\
         x-assembly:\n  execute:\n  - invoke: {{title: asks, target-url: '{service}/stock'}}\n  \
         - lambda: {{title: runs, function: f, payload: api-gateway-v1}}\n"
    );
    std::fs::write(path("api.yaml"), document).expect("a file");
    let settings = format!(
        "server: {{drain-delay: 0s}}\naws: {{region: eu-west-1, endpoint: '{service}'}}\n\
         traces:\n  endpoint: {collector}/v1/traces\n  sample: 100%\n  service-name: shop\n  headers: {{x-key: '${{KEY}}'}}\n"
    );
    std::fs::write(path("settings.yaml"), settings).expect("a file");
    let variables = [("KEY", "key"), ("AWS_ACCESS_KEY_ID", "AKIDTEST"), ("AWS_SECRET_ACCESS_KEY", "canary")];
    let arguments = ["serve", &path("api.yaml"), "--settings", &path("settings.yaml")];
    let variables = |_| variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let mut gantry = Gantry::spawn_with(&arguments, variables);
    gantry.wait_until_ready();
    let theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{theirs}-00f067aa0ba902b7-00");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "theirs=1"), ("Authorization", "Bearer canary")];
    assert_eq!(gantry.send("POST", "/orders/7?token=canary", &headers, "a canary").status, 200);
    // What waits for its batch is sent before the end.
    gantry.signal(Signal::TERM);
    assert_eq!(gantry.exit_code(), Some(0), "{}", gantry.stderr());
    let sent = sent.lock().expect("the list").concat();
    assert!(sent.starts_with("POST /v1/traces ") && sent.contains("x-key: key"), "{sent}");
    assert!(!sent.contains("canary") && !sent.contains("theirs"), "{sent}");
    let (_, body) = sent.split_once("\r\n\r\n").expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("spans").clone();
    let names: Vec<_> = spans.iter().map(|span| span["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["POST /orders/{id}", "asks", "runs", "POST", "Lambda/Invoke"]);
    for (call, step) in [(3, 1), (4, 2)] {
        assert_eq!((&spans[call]["parentSpanId"], &spans[call]["kind"]), (&spans[step]["spanId"], &3.into()));
    }
    assert_eq!(spans[0]["links"][0]["traceId"], theirs, "a client that is not followed is linked to");
    let text = |number: usize, name: &str| spans[number][name].as_str().expect("a text").to_owned();
    let trace = text(0, "traceId");
    assert!(spans.iter().all(|span| span["traceId"] == *trace) && trace != theirs);
    let called = called.lock().expect("the list").clone();
    let [asked, ran] = called.as_slice() else { panic!("{called:?}") };
    assert!(asked.contains(&format!("traceparent: 00-{trace}-{}-01\r\n", text(3, "spanId"))), "{asked}");
    assert!(!asked.contains("tracestate"), "{asked}");
    let (first, last) = trace.split_at(8);
    let span = text(4, "spanId");
    let xray = format!("Root=1-{first}-{last};Parent={span};Sampled=1");
    assert!(ran.contains(&format!("x-amzn-trace-id: {xray}\r\n")), "{ran}");
    let (_, event) = ran.split_once("\r\n\r\n").expect("an event");
    let event: serde_json::Value = serde_json::from_str(event).expect("JSON");
    let header = |name: &str| event["headers"].get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    assert_eq!(header("traceparent"), Some(format!("00-{trace}-{span}-01")));
    assert_eq!((header("X-Amzn-Trace-Id").or(header("x-amzn-trace-id")), header("tracestate")), (Some(xray), None));
}

/// A server that answers every request with `{}`, and what it was sent.
fn service() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(&stream);
            let lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let head: Vec<String> = lines.collect();
            let length =
                head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            if reader.read_exact(&mut body).is_ok() {
                let body = String::from_utf8_lossy(&body);
                list.lock().expect("the list").push(format!("{}\r\n\r\n{body}", head.join("\r\n")));
            }
            let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
        }
    });
    (address, seen)
}

#[test]
fn sigterm_drains_and_exits_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("settings.yaml");
    std::fs::write(&settings, "server: { drain-delay: 2s, drain-timeout: 5s }\n").expect("a file");
    let mut gantry = Gantry::start(&["serve", DOCUMENT, "--settings", settings.to_str().expect("a path in UTF-8")]);
    gantry.signal(Signal::TERM);
    gantry.wait_until("readiness fails", || {
        gantry.try_get_from(gantry.admin, "/readyz").is_some_and(|r| r.status == 503)
    });
    assert_eq!(gantry.get("/ping").status, 200, "the listener stays open for the delay");
    assert_eq!(gantry.exit_code(), Some(0));
}
