//! The examples under `assemblies/` do what their pages say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use support::{Gantry, copy_of, python_is_here};

/// Starts a copy of an example in which the default port is the test's own.
fn start(folder: &str) -> (Gantry, tempfile::TempDir) {
    let copy = copy_of(folder);
    let gantry = Gantry::spawn_with(&["dev", copy.path().to_str().expect("a path in UTF-8")], |traffic| {
        vec![("ORDERS_SHOP".to_owned(), format!("http://{traffic}/shop"))]
    });
    gantry.wait_until("it serves", || gantry.stderr().contains("Ctrl-C ends."));
    (gantry, copy)
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[test]
fn orders_are_looked_up_approved_and_shipped() {
    if !python_is_here("orders_are_looked_up_approved_and_shipped") {
        return;
    }
    let (gantry, _copy) = start("assemblies/orders");
    let ship = |id: u32| gantry.send("POST", &format!("/orders/{id}/shipment"), JSON, "{}");
    let tea = ship(7);
    assert_eq!((tea.status, &*tea.body), (200, r#"{"order": "7", "item": "tea", "tracking": "GNT-000007"}"#));
    let piano = ship(8);
    assert_eq!(piano.status, 409, "{}", piano.body);
    assert!(piano.body.contains("This order needs a person."), "{}", piano.body);
    assert_eq!(ship(9).status, 404);
}

#[test]
fn a_document_from_api_connect_runs_unchanged() {
    if !python_is_here("a_document_from_api_connect_runs_unchanged") {
        return;
    }
    let (gantry, _copy) = start("assemblies/from-api-connect");
    let status = gantry.get("/shipping/status/42");
    assert_eq!((status.status, &*status.body), (200, r#"{"parcel": "42", "carrier": "Gull & Sons"}"#));
    assert!(status.headers.contains("x-carrier: Gull & Sons"), "{}", status.headers);
    let quote = |body: &str| gantry.send("POST", "/shipping/quote", JSON, body);
    assert_eq!((quote(r#"{"kilograms": 3}"#).status, &*quote(r#"{"kilograms": 3}"#).body), (200, r#"{"euros": 10}"#));
    assert_eq!(
        (quote(r#"{"kilograms": 31}"#).status, &*quote("{}").body),
        (422, r#"{"error": "This parcel cannot be priced."}"#)
    );
}

#[test]
fn an_export_of_aws_api_gateway_runs_unchanged() {
    if !python_is_here("an_export_of_aws_api_gateway_runs_unchanged") {
        return;
    }
    let (gantry, _copy) = start("assemblies/from-aws-api-gateway");
    let parcel = gantry.get("/prod/parcels/42");
    assert_eq!((parcel.status, &*parcel.body), (200, r#"{"id": "42", "where": "on its way"}"#));
    let browser = gantry.send("OPTIONS", "/prod/parcels/42", &[], "");
    assert_eq!((browser.status, &*browser.body), (200, ""));
    assert!(browser.headers.contains("access-control-allow-methods: GET,OPTIONS"), "{}", browser.headers);
    let other = gantry.send("DELETE", "/prod/any/thing", &[], "");
    assert_eq!((other.status, &*other.body), (404, "No DELETE of any/thing here."));
}

#[test]
fn partners_call_under_their_plans() {
    let folder = support::repository().join("assemblies/partner-api");
    let clients = folder.join("clients.yaml").to_str().expect("a path in UTF-8").to_owned();
    let gantry = Gantry::spawn_with(&["serve", folder.to_str().expect("a path in UTF-8")], |_| {
        vec![("GANTRY_CLIENTS_FILE".to_owned(), clients.clone())]
    });
    gantry.wait_until_ready();
    let ask = |id: &str, secret: &str| {
        gantry.send("GET", "/rates/3", &[("x-client-id", id), ("x-client-secret", secret)], "")
    };
    let first = ask("gull-app", "s3cret");
    assert_eq!((first.status, &*first.body), (200, r#"{"kilograms": 3, "plan": "silver", "for": "Gull & Sons"}"#));
    assert!(first.headers.contains("x-ratelimit-remaining: name=default,2;"), "{}", first.headers);
    assert_eq!([0; 3].map(|_| ask("gull-app", "s3cret").status), [200, 200, 429]);
    assert_eq!(ask("heron-app", "s3cret").status, 200);
    assert_eq!((ask("heron-app", "wrong").status, gantry.get("/rates/3").status), (401, 401));
}

/// A server of the example with several; ended when it goes.
struct Backend {
    child: Child,
    port: u16,
}

impl Backend {
    fn start() -> Self {
        let file = support::repository().join("assemblies/several-backends/backend.py");
        let mut child = Command::new("python3").arg(file).arg("0").stdout(Stdio::piped()).spawn().expect("Python runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        Backend { child, port: line.trim().parse().expect("a port") }
    }

    fn ask(&self, path: &str) -> u16 {
        support::request(([127, 0, 0, 1], self.port).into(), "GET", path, &[], "").map_or(0, |answer| answer.status)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn several_backends_answer_while_one_of_them_fails_and_one_is_gone() {
    if !python_is_here("several_backends_answer_while_one_of_them_fails_and_one_is_gone") {
        return;
    }
    let folder = support::repository().join("assemblies/several-backends");
    let path = |name: &str| folder.join(name).to_str().expect("a path in UTF-8").to_owned();
    let mut backends: Vec<Backend> = (0..3).map(|_| Backend::start()).collect();
    let (document, settings) = (path("openapi.yaml"), path("gantry.yaml"));
    let gantry = Gantry::spawn_with(&["serve", &document, "--settings", &settings], |_| {
        let urls = backends.iter().enumerate();
        urls.map(|(at, one)| (format!("STOCK_{}", at + 1), format!("http://127.0.0.1:{}", one.port))).collect()
    });
    gantry.wait_until_ready();
    let from = || {
        let answers = (0..60).map(|_| gantry.get("/stock/tea"));
        let answers: Vec<_> = answers.map(|answer| (answer.status, answer.body)).collect();
        assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
        let port = |one: &Backend| answers.iter().any(|(_, body)| body.contains(&format!("\"from\": {},", one.port)));
        backends.iter().map(port).collect::<Vec<_>>()
    };
    assert_eq!(from(), [true, true, true]);
    assert_eq!(backends[1].ask("/fail"), 200);
    assert_eq!(from(), [true, false, true]);
    let healthy = |one: &Backend| {
        let metrics = gantry.try_get_from(gantry.admin, "/metrics").expect("metrics").body;
        let label = format!("target=\"http://127.0.0.1:{}\"}} 1", one.port);
        metrics.lines().any(|line| line.starts_with("gantry_upstream_healthy") && line.ends_with(&label))
    };
    gantry.wait_until("it is left out", || !healthy(&backends[1]));
    assert_eq!(backends[1].ask("/recover"), 200);
    gantry.wait_until("it is tried again", || from() == [true, true, true]);
    assert!(gantry.stderr().contains("a target is in use again"), "{}", gantry.stderr());
    let gone = backends.remove(0);
    drop(gone);
    for _ in 0..60 {
        assert_eq!(gantry.get("/stock/tea").status, 200);
    }
}
