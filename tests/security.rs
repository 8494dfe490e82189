//! Security schemes at the command line: what `check`, `serve` and `dev` say of settings that are missing, and what nobody says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod support;

use std::net::TcpListener;

use support::{Gantry, gantry};

/// A document whose `/id` asks for an application, `/staff` for a name and password, `/token` for a token.
const DOCUMENT: &str = "openapi: 3.1.0
info: {title: orders, version: 1.0.0}
components:
  securitySchemes:
    id: {type: apiKey, in: header, name: X-IBM-Client-Id}
    staff: {type: http, scheme: basic, x-ibm-authentication-registry: people}
    token: {type: oauth2, x-ibm-oauth-provider: native}
paths:
  /id: {get: {security: [{id: []}], responses: {}}}
  /staff: {get: {security: [{staff: []}], responses: {}}}
  /token: {get: {security: [{token: []}], responses: {}}}
x-assembly:
  execute:
  - set-variable: {actions: [{set: message.body, value: come in}]}
";

fn folder(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("orders.yaml"), DOCUMENT).unwrap();
    std::fs::write(folder.path().join("gantry.settings"), settings).unwrap();
    folder
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

#[test]
fn what_cannot_be_enforced_is_a_warning_at_check_and_a_refusal_at_serve() {
    let folder = folder("{}");
    let document = path(&folder, "orders.yaml");
    let checked = gantry(&["check", &document, "--format", "short"]);
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!((checked.status.code(), said.matches(" warning G0206 ").count()), (Some(0), 3), "{said}");
    let served = gantry(&["serve", &document, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    let said = String::from_utf8(served.stderr).unwrap();
    assert_ne!(served.status.code(), Some(0), "{said}");
    for expected in
        ["`clients-file` in the settings", "add `people` under `registries`", "add `native` under `oauth-providers`"]
    {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_desk_serves_them_and_says_so() {
    let folder = folder("{}");
    let gateway = Gantry::spawn(&["dev", &path(&folder, "orders.yaml")]);
    gateway.wait_until("it serves", || gateway.stderr().contains("Ctrl-C ends."));
    let said = gateway.stderr();
    assert_eq!(said.matches("HERE EVERYBODY MAY CALL").count(), 2, "{said}");
    assert!(said.contains("MADE-UP APPLICATION"), "{said}");
    assert_eq!(
        (gateway.get("/staff").status, gateway.get("/token").status, gateway.get("/id").status),
        (200, 200, 401)
    );
    let known = gateway.send("GET", "/id", &[("x-ibm-client-id", "test-client")], "");
    assert_eq!(known.status, 200);
}

#[test]
fn tokens_and_passwords_are_said_nowhere() {
    // A port that nothing listens on, so that the gateway has something to complain about.
    let away = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
    let folder = folder(&format!(
        "clients-file: '{{}}'\nlog: {{level: debug}}\nregistries: {{people: {{authentication-url: 'http://{away}/'}}}}\n\
         oauth-providers: {{native: {{introspection-url: 'http://{away}/', client-id: gateway, client-secret: canary-of-the-gateway}}}}\n"
    ));
    let clients = path(&folder, "clients");
    std::fs::write(&clients, "{}").unwrap();
    let settings = path(&folder, "gantry.settings");
    let text = std::fs::read_to_string(&settings).unwrap().replace("'{}'", &format!("'{clients}'"));
    std::fs::write(&settings, text).unwrap();
    let gateway = Gantry::start(&["serve", &path(&folder, "orders.yaml"), "--settings", &settings]);
    // ann:canary-of-ann
    let basic = "Basic YW5uOmNhbmFyeS1vZi1hbm4=";
    let mut answers = Vec::new();
    for (place, header) in [
        ("/staff", basic),
        ("/token", "Bearer canary-of-a-token"),
        ("/token", basic),
        ("/staff", "Bearer canary-of-a-token"),
    ] {
        answers.push(gateway.send("GET", place, &[("authorization", header)], ""));
    }
    answers.push(gateway.send("GET", "/id", &[("x-ibm-client-id", "canary-of-an-application")], ""));
    let seen: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(seen, [503, 503, 401, 401, 401]);
    gateway.wait_until("the access log is written", || gateway.stdout().matches("\"/").count() >= 5);
    let metrics = gateway.try_get_from(gateway.admin, "/metrics").unwrap().body;
    let all = format!("{}{}{metrics}{answers:?}", gateway.stderr(), gateway.stdout());
    for secret in ["canary", "YW5uOmNhbmFyeS1vZi1hbm4", "Y2FuYXJ5"] {
        assert!(!all.contains(secret), "{all}");
    }
}
