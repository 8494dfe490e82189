//! The `bearer` scheme, as API Connect extends it.

use super::*;

#[tokio::test]
async fn a_validation_endpoint_knows_tokens() {
    let server = TestServer::start(|request| match request.header("authorization") {
        Some("Bearer good") => json_reply(200, r#"{"sub": "ann"}"#),
        _ => Reply::Reply(403, vec![], vec![]),
    });
    for keys in [
        format!(
            "x-ibm-bearer-validation-method: external-url, x-ibm-bearer-validation-endpoint: '{}'",
            server.url("/")
        ),
        format!(
            "x-bearer-validation-method: external-url, x-bearer-validation-endpoint: {{url: '{}'}}",
            server.url("/")
        ),
    ] {
        let scheme = format!("token: {{type: http, scheme: bearer, {keys}}}");
        let gateway = Setup::default().load(&document(&scheme, "[{token: []}]")).serve_cleanly();
        assert_eq!(gateway.ask(with("Bearer good")).await.short(), (200, "||good|{\"sub\":\"ann\"}"));
        let refused = gateway.ask(with("Bearer bad")).await;
        assert_eq!(refused.short(), (401, REFUSED));
        assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
        assert_eq!(gateway.ask(get()).await.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn without_a_method_the_assembly_looks_at_the_token() {
    let scheme = "token: {type: http, scheme: bearer, bearerFormat: JWT, x-ibm-bearer-validation-method: none}";
    let gateway = Setup::default().load(&document(scheme, "[{token: []}]")).serve_cleanly();
    assert_eq!(gateway.ask(with("Bearer whatever")).await.short(), (200, "||whatever|"));
    assert_eq!(gateway.ask(get()).await.short(), (401, REFUSED));
}

#[tokio::test]
async fn headers_that_hold_no_token_ask_nobody() {
    let server = issuer(|_, _| r#"{"active": true}"#.to_owned());
    let scheme = "token: {type: http, scheme: bearer}";
    let gateway = setup(provider("token", introspects(&server.url("/"))))
        .load(&document(scheme, "[{token: []}]"))
        .serve_cleanly();
    let long = format!("Bearer {}", "a".repeat(17 * 1024));
    for header in [
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Bearer =",
        "Bearer a b",
        "Bearer a,b",
        "Bearer a\tb",
        "Bearer\tgood",
        "Bearer \u{e4}",
        "good",
        ANN,
        &long,
    ] {
        let refused = gateway.ask(with(header)).await;
        assert_eq!(refused.short(), (401, REFUSED), "{header}");
        assert!(refused.header("www-authenticate").is_some_and(|value| value.starts_with("Bearer")), "{header}");
    }
    assert_eq!(gateway.ask(with("Bearer good").header("authorization", "Bearer good")).await.status, 401);
    assert_eq!(gateway.ask(Ask::get("/it?access_token=good")).await.status, 401);
    assert_eq!(server.requests().len(), 0);
    assert_eq!(gateway.ask(with("bearer  good ")).await.status, 200);
}
