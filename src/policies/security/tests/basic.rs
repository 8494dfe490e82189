//! Names and passwords.

use super::*;

fn url_scheme(url: &str) -> String {
    format!("staff: {{type: http, scheme: basic, x-ibm-authentication-url: {{url: '{url}'}}}}")
}

#[tokio::test]
async fn an_authentication_url_knows_names_and_passwords() {
    let registry = registry();
    let gateway =
        Setup::default().load(&document(&url_scheme(&registry.url("/auth")), "[{staff: []}]")).serve_cleanly();
    assert_eq!(gateway.ask(with(ANN)).await.short(), (200, "|||"));
    let asked = registry.requests();
    assert_eq!((asked[0].method.as_str(), asked[0].target.as_str()), ("GET", "/auth"));
    assert_eq!(asked[0].header("authorization"), Some(ANN));
    let refused = gateway.ask(with(BOB)).await;
    assert_eq!(refused.short(), (401, REFUSED));
    assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"gantry\", charset=\"UTF-8\""));
    assert_eq!(refused.fault_name(), Some("UnauthorizedError"));
    // An operation with an empty list asks for nothing.
    assert_eq!(gateway.ask(Ask::get("/open")).await.status, 200);
    assert_eq!(registry.requests().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_right_asks_nobody() {
    let registry = registry();
    let gateway =
        Setup::default().load(&document(&url_scheme(&registry.url("/auth")), "[{staff: []}]")).serve_cleanly();
    for header in
        ["", "Basic", "Basic ", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer YW5uOnNlY3JldA==", "YW5uOnNlY3JldA=="]
    {
        let refused = gateway.ask(with(header)).await;
        assert_eq!(refused.short(), (401, REFUSED), "{header}");
        assert!(refused.header("www-authenticate").is_some_and(|value| value.starts_with("Basic ")), "{header}");
    }
    assert_eq!(gateway.ask(get()).await.status, 401);
    // Sent twice, the service could read the other one.
    let twice = with(ANN).header("authorization", ANN);
    assert_eq!(gateway.ask(twice).await.status, 401);
    assert_eq!(registry.requests().len(), 0);
    assert_eq!(gateway.ask(with(&ANN.replace("Basic", "bAsIc"))).await.status, 401, "sent as it came");
}

#[tokio::test]
async fn only_the_status_200_says_yes_and_no_answer_says_nothing() {
    for (answer, expected) in [(201, 401), (204, 401), (302, 401), (403, 401), (500, 503), (429, 503)] {
        let server = TestServer::start(move |_| Reply::Reply(answer, vec![("location", "/else".to_owned())], vec![]));
        let gateway = Setup::default().load(&document(&url_scheme(&server.url("/")), "[{staff: []}]")).serve_cleanly();
        assert_eq!(gateway.ask(with(ANN)).await.status, expected, "{answer}");
    }
    let nobody = format!("http://{}/", crate::test_support::closed_port());
    let gateway = Setup::default().load(&document(&url_scheme(&nobody), "[{staff: []}]")).serve_cleanly();
    let refused = gateway.ask(with(ANN)).await;
    assert_eq!((refused.status, refused.fault_name()), (503, Some("ConnectionError")));
}

#[tokio::test]
async fn registries_of_the_settings_and_every_way_to_write_them() {
    let registry = registry();
    let url = registry.url("/auth");
    for (scheme, change) in [
        ("staff: {type: http, scheme: basic, x-ibm-authentication-registry: people}", "people"),
        ("staff: {type: http, scheme: basic}", "staff"),
        ("staff: {type: http, scheme: Basic, x-ibm-authentication-url: ''}", "staff"),
    ] {
        let gateway = setup(registries(change, &url)).load(&document(scheme, "[{staff: []}]")).serve_cleanly();
        assert_eq!(gateway.ask(with(ANN)).await.status, 200, "{scheme}");
        assert_eq!(gateway.ask(with(BOB)).await.status, 401, "{scheme}");
    }
    let plain = format!("staff: {{type: http, scheme: basic, x-ibm-authentication-url: '{url}'}}");
    let gateway = Setup::default().load(&document(&plain, "[{staff: []}]")).serve_cleanly();
    assert_eq!(gateway.ask(with(BOB)).await.status, 401);
}

#[tokio::test]
async fn the_v5_engine_answers_in_its_own_form() {
    let registry = registry();
    let text = format!(
        "swagger: '2.0'\ninfo: {{title: a, version: 1.0.0}}\nsecurityDefinitions:\n  staff: {{type: basic, x-ibm-authentication-url: {{url: \
         '$(base)/auth'}}}}\nsecurity: [{{staff: []}}]\npaths: {{/it: {{get: {{responses: {{}}}}}}}}\nx-ibm-configuration:\n  gateway: \
         micro-gateway\n  properties: {{base: {{value: '{}'}}}}\n  assembly:\n    execute:\n    - set-variable: {{actions: [{{set: message.body, value: \
         come in}}]}}\n",
        registry.url("")
    );
    let gateway = Setup::default().load(&text).serve_cleanly();
    assert_eq!(gateway.ask(with(ANN)).await.short(), (200, "come in"));
    let refused = gateway.ask(with(BOB)).await;
    assert_eq!((refused.status, refused.json()["name"].as_str()), (401, Some("PreFlowError")));
    assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"apim\""));
}
