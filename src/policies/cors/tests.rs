//! Browsers before and with their call, through whole documents.

use crate::test_support::{Answer, Ask, Gateway, Reply, Setup, TestServer};

/// An API with a `GET` and a `PUT` at `/orders/{id}`, and nothing else.
fn api(head: &str, rest: &str) -> String {
    format!(
        "{head}info: {{title: shop, version: '1'}}\npaths:\n  /orders/{{id}}:\n    get: {{responses: {{}}}}\n    put: {{responses: {{}}}}\n{rest}"
    )
}

fn ours(cors: &str, execute: &str) -> Gateway {
    let rest = format!(
        "x-assembly:\n  cors: {cors}\n  execute: [{execute}]\n  finally: [set-variable: {{actions: [{{set: message.headers.x-last, value: '1'}}]}}]\n"
    );
    Setup::default().load(&api("openapi: 3.0.3\n", &rest)).serve_cleanly()
}

fn ibm(gateway: &str, cors: &str) -> Gateway {
    let rest = format!(
        "x-ibm-configuration:\n  gateway: {gateway}\n  cors: {cors}\n  assembly: {{execute: [set-variable: {{actions: [{{set: message.body, value: fine}}]}}]}}\n"
    );
    Setup::default().load(&api("swagger: '2.0'\n", &rest)).serve_cleanly()
}

const FINE: &str = "set-variable: {actions: [{set: message.body, value: fine}]}";

async fn preflight(gateway: &Gateway, verb: &str, headers: &[(&str, &str)]) -> Answer {
    let ask = Ask::new("OPTIONS", "/orders/7")
        .header("origin", "https://a.test")
        .header("access-control-request-method", verb);
    gateway.ask(headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))).await
}

async fn call(gateway: &Gateway, origin: &str) -> Answer {
    gateway.ask(Ask::get("/orders/7").header("origin", origin)).await
}

/// The CORS headers of a response: allow-origin, credentials, methods, headers.
fn told(answer: &Answer) -> [String; 4] {
    ["allow-origin", "allow-credentials", "allow-methods", "allow-headers"]
        .map(|name| answer.header(&format!("access-control-{name}")).unwrap_or("-").to_owned())
}

#[tokio::test]
async fn a_preflight_request_runs_no_step_and_hears_the_verbs_of_the_path() {
    let gateway = ours("true", FINE);
    let answer = preflight(&gateway, "PUT", &[("access-control-request-headers", "x-a, x-b")]).await;
    assert_eq!((answer.short(), answer.header("x-last")), ((200, ""), None));
    assert_eq!(told(&answer), ["*", "-", "GET, PUT", "x-a, x-b"]);
    // A verb that the path has not is refused as ever, and so is an `OPTIONS` that asks nothing.
    assert_eq!(preflight(&gateway, "DELETE", &[]).await.status, 405);
    assert_eq!(gateway.ask(Ask::new("OPTIONS", "/orders/7").header("origin", "https://a.test")).await.status, 405);
}

#[tokio::test]
async fn without_cors_an_api_answers_no_preflight_request() {
    let rest = format!("x-assembly: {{execute: [{FINE}]}}\n");
    let gateway = Setup::default().load(&api("openapi: 3.0.3\n", &rest)).serve_cleanly();
    assert_eq!(preflight(&gateway, "PUT", &[]).await.status, 405);
    assert_eq!(told(&call(&gateway, "https://a.test").await), ["-", "-", "-", "-"]);
}

#[tokio::test]
async fn generations_answer_as_they_did() {
    let v10 = ibm("datapower-api-gateway", "{enabled: true}");
    let answer = call(&v10, "https://a.test").await;
    assert_eq!((told(&answer), answer.header("vary")), (["*", "-", "-", "-"].map(str::to_owned), None));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("X-RateLimit-Limit"));
    let v5 = ibm("datapower-gateway", "{enabled: true}");
    let answer = call(&v5, "https://a.test").await;
    assert_eq!(told(&answer)[..2], ["https://a.test", "true"]);
    assert_eq!(answer.header("vary"), Some("origin"));
    for off in ["{enabled: false}", "{}"] {
        let answer = call(&ibm("datapower-gateway", off), "https://a.test").await;
        assert_eq!((answer.status, told(&answer)), (200, ["-", "-", "-", "-"].map(str::to_owned)), "{off}");
    }
}

#[tokio::test]
async fn the_first_rule_that_names_the_origin_decides() {
    let rules = "{policy: [{allow-origin: [https://a.test], allow-credentials: true}, {allow-origin: 'https://b.test, http://*', allow-methods: [GET]}]}";
    let gateway = ours(rules, FINE);
    assert_eq!(told(&call(&gateway, "https://a.test").await)[..2], ["https://a.test", "true"]);
    assert_eq!(told(&call(&gateway, "https://b.test").await)[..2], ["*", "-"]);
    assert_eq!(told(&call(&gateway, "http://any.test").await)[..2], ["*", "-"]);
    let stranger = call(&gateway, "https://a.test.evil").await;
    assert_eq!((stranger.status, stranger.fault_name()), (403, Some("ForbiddenError")));
    assert_eq!(told(&stranger), ["-", "-", "-", "-"]);
    // Only browsers have an origin.
    assert_eq!(gateway.ask(Ask::get("/orders/7")).await.short(), (200, "fine"));
}

#[tokio::test]
async fn error_documents_and_answers_of_services_carry_the_gateways_headers_only() {
    let gateway = ours("true", "throw: {name: Mine, error-status-code: 409}");
    let answer = call(&gateway, "https://a.test").await;
    assert_eq!((answer.status, &*told(&answer)[0]), (409, "*"));
    let service = TestServer::start(|_| {
        let own = [("access-control-allow-origin", "https://evil.test"), ("access-control-allow-credentials", "true")];
        Reply::Reply(200, own.map(|(name, value)| (name, value.to_owned())).into(), b"data".to_vec())
    });
    let gateway = ours("true", &format!("invoke: {{target-url: '{}'}}", service.url("/")));
    let answer = call(&gateway, "https://a.test").await;
    assert_eq!((answer.short(), told(&answer)), ((200, "data"), ["*", "-", "-", "-"].map(str::to_owned)));
}

#[test]
fn mistakes_of_a_document_stand_at_their_place() {
    for (cors, expected) in [
        ("perhaps", "api.yaml:8:9: error G0304 `cors` is text, expected a map"),
        ("{policy: {allow-origin: a}}", "api.yaml:8:18: error G0304 "),
        ("{policies: []}", "api.yaml:8:10: error G0303 `cors` has no property `policies`; did you mean `policy`?"),
        ("{policy: [{}]}", "api.yaml:8:19: error G0305 "),
        ("{policy: [{allow-origin: a, max-ages: 1}]}", "api.yaml:8:37: error G0303 "),
        (
            "{policy: [{allow-origin: a, expose-headers: \"x\\u0007\"}]}",
            "api.yaml:8:3: error G0308 a value has characters that a header cannot carry",
        ),
    ] {
        let rest = format!("x-assembly:\n  cors: {cors}\n  execute: [{FINE}]\n");
        let found = Setup::default().load(&api("openapi: 3.0.3\n", &rest)).findings();
        assert!(found.len() == 1 && found[0].starts_with(expected), "{cors}: {found:?}");
    }
}
