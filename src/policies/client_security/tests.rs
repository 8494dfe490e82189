use crate::settings::UserRegistry;
use crate::test_support::{Ask, Gateway, Reply, Setup, TestServer, document};

const SAY: &str = "- set-variable: {actions: [{set: message.body, value: '$(client.app.id)|$(plan.name)'}]}\n";

/// One application, `m1` with the secret `s3cret`.
const CLIENTS: &str = "plans: {gold: {}}\nproducts: {all: {apis: ['*'], plans: [gold]}}\napplications:\n  mobile: {client-id: m1, \
                       client-secret-sha256: 1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0, subscriptions: [{product: all, plan: \
                       gold}]}\n";

fn native(properties: &str) -> Gateway {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), CLIENTS).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let text = document(&format!("execute:\n- client-security: {{{properties}}}\n{SAY}"));
    Setup::default().settings(|live| live.clients_file = Some(path)).load(&text).serve_cleanly()
}

fn get() -> Ask {
    Ask::get("/example/7")
}

fn form(body: &str) -> Ask {
    Ask::post("/example/7", body).header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
}

#[tokio::test]
async fn ids_and_secrets_come_in_many_places() {
    let named = "id-name: the-id, secret-name: the-secret";
    let header = native(named);
    let query = native(&format!("extract-credential-method: query, {named}"));
    let fields = native(&format!("extract-credential-method: form, {named}"));
    let cookie = native(&format!("extract-credential-method: cookie, {named}"));
    let http = native("extract-credential-method: http, http-type: basic");
    let variable =
        native("extract-credential-method: context-var, id-name: request.headers.a, secret-name: $(request.headers.b)");
    let good = [
        (&header, get().header("the-id", "m1").header("the-secret", "s3cret")),
        (&query, Ask::get("/example/7?the-id=m%31&the-secret=s3cret")),
        (&fields, form("the-id=m1&x=y&the%2Dsecret=s3cret")),
        (&cookie, get().header("cookie", "a=b; the-id=m1; the-secret=\"s3cret\"")),
        (&http, get().header("authorization", "Basic bTE6czNjcmV0")),
        (&variable, get().header("a", "m1").header("b", "s3cret")),
    ];
    for (number, (gateway, ask)) in good.into_iter().enumerate() {
        assert_eq!(gateway.ask(ask).await.short(), (200, "m1|gold"), "{number}");
    }
    let bad = [
        (&header, get()),
        (&header, get().header("the-id", "m1")),
        (&header, get().header("the-id", "m1").header("the-secret", "wrong")),
        (&header, get().header("the-id", "m1").header("the-id", "m1").header("the-secret", "s3cret")),
        (&query, Ask::get("/example/7?the-id=m1&the-id=m1&the-secret=s3cret")),
        (&fields, Ask::post("/example/7", "the-id=m1&the-secret=s3cret").header("content-type", "text/plain")),
        (&fields, form("the-id=m1&the-id=m1&the-secret=s3cret")),
        (&cookie, get().header("cookie", "the-id=m1; the-id=m1; the-secret=s3cret")),
        (&http, get().header("authorization", "Bearer bTE6czNjcmV0")),
        (&http, get().header("authorization", "Basic bTE6d3Jvbmc=")),
        (&variable, get().header("a", "m1")),
    ];
    for (number, (gateway, ask)) in bad.into_iter().enumerate() {
        let refused = gateway.ask(ask).await;
        assert_eq!((refused.status, refused.fault_name()), (401, Some("UnauthorizedError")), "{number}");
        assert_eq!(refused.json()["moreInformation"], "Invalid client id or secret.");
    }
}

#[tokio::test]
async fn secrets_may_be_optional_and_failures_may_go_on() {
    let optional = native("id-name: a, secret-name: b, secret-required: false");
    assert_eq!(optional.ask(get().header("a", "m1")).await.short(), (200, "m1|gold"));
    assert_eq!(optional.ask(get().header("a", "m1").header("b", "s3cret")).await.status, 200);
    assert_eq!(optional.ask(get().header("a", "m1").header("b", "wrong")).await.status, 401);
    let alone = native("id-name: a, secret-required: false");
    assert_eq!(alone.ask(get().header("a", "m1")).await.status, 200);
    let goes_on = native("id-name: a, secret-name: b, stop-on-error: false");
    assert_eq!(goes_on.ask(get().header("a", "m1").header("b", "wrong")).await.short(), (200, "|"));
}

#[tokio::test]
async fn another_system_may_know_applications() {
    let server = TestServer::start(|request| match request.header("authorization") {
        // acme:s3cret
        Some("Basic YWNtZTpzM2NyZXQ=") => Reply::Reply(200, vec![], vec![]),
        _ => Reply::Reply(403, vec![], vec![]),
    });
    let serve = |url: String, more: &str| {
        let registry = UserRegistry { authentication_url: url, tls_profile: None };
        let step = format!(
            "- client-security: {{id-name: a, secret-name: b, client-auth-method: third-party, user-registry: them, {more}}}\n"
        );
        let setup = Setup::default().settings(|live| drop(live.registries.insert("them".to_owned(), registry)));
        setup.load(&document(&format!("execute:\n{step}{SAY}"))).serve_cleanly()
    };
    let gateway = serve(server.url("/"), "");
    let ask = |id: &str, secret: &str| gateway.ask(get().header("a", id).header("b", secret));
    assert_eq!(ask("acme", "s3cret").await.short(), (200, "acme|"));
    for (id, secret) in [("acme", "wrong"), ("acme:s3cret", ""), ("acme:s3", "cret")] {
        assert_eq!(ask(id, secret).await.status, 401, "{id} {secret}");
    }
    let nobody = serve(format!("http://{}/", crate::test_support::closed_port()), "");
    assert_eq!(nobody.ask(get().header("a", "acme").header("b", "s3cret")).await.status, 503);
}

#[test]
fn mistakes_are_found_at_load() {
    let find = |properties: &str| {
        Setup::default().load(&document(&format!("execute:\n- client-security: {{{properties}}}\n"))).findings()
    };
    for (properties, expected) in [
        (
            "id-name: a, secret-name: b",
            "error G0206 `client-security` asks for an application, and nobody said which there are",
        ),
        ("secret-name: b", "error G0308 nothing says where to look: `id-name` is missing"),
        ("id-name: a", "error G0308 nothing says where to look: `secret-name` is missing"),
        (
            "extract-credential-method: http, client-auth-method: third-party",
            "error G0308 nothing says who knows applications",
        ),
        (
            "extract-credential-method: http, client-auth-method: third-party, user-registry: x",
            "error G0206 the settings have no registry `x`",
        ),
    ] {
        let found = find(properties);
        assert!(found.iter().any(|line| line.contains(expected)), "{properties}: {found:?}");
    }
}
