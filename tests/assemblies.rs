//! The examples under `assemblies/` do what their pages say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

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
