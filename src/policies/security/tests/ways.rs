//! Alternatives and conjunctions, over every kind of scheme.

use super::*;

const SCHEMES: &str = "id: {type: apiKey, in: header, name: X-IBM-Client-Id}, other: {type: apiKey, in: query, name: client_id}, secret: {type: \
                       apiKey, in: header, name: X-IBM-Client-Secret}, staff: {type: http, scheme: basic}, token: {type: oauth2}";

struct Around {
    gateway: Gateway,
    _file: tempfile::NamedTempFile,
    staff: TestServer,
    tokens: TestServer,
}

fn around(security: &str) -> Around {
    let (file, staff) = (tempfile::NamedTempFile::new().unwrap(), registry());
    let tokens = issuer(|token, _| match token {
        "good" => r#"{"active": true, "sub": "ann", "scope": "read write"}"#.to_owned(),
        _ => r#"{"active": false}"#.to_owned(),
    });
    let setup = setup(|live| {
        applications(live, file.path());
        registries("staff", &staff.url("/"))(live);
        provider("token", introspects(&tokens.url("/")))(live);
    });
    Around { gateway: setup.load(&document(SCHEMES, security)).serve_cleanly(), _file: file, staff, tokens }
}

fn ask(id: &str, authorization: &str) -> Ask {
    let ask = if id.is_empty() { get() } else { get().header("x-ibm-client-id", id) };
    if authorization.is_empty() { ask } else { ask.header("authorization", authorization) }
}

#[tokio::test]
async fn an_item_asks_for_all_of_it() {
    let around = around("[{id: [], token: [read]}]");
    for (id, authorization, expected) in [
        ("m1", "Bearer good", 200),
        ("", "Bearer good", 401),
        ("m2", "Bearer good", 401),
        ("m1", "", 401),
        ("m1", "Bearer bad", 401),
        ("m1", ANN, 401),
    ] {
        let answer = around.gateway.ask(ask(id, authorization)).await;
        assert_eq!(answer.status, expected, "{id} {authorization}");
        if expected == 200 {
            assert_eq!(answer.text(), "m1|ann|good|");
        }
    }
    // A caller without an application gets that error first, and the token is not checked.
    assert_eq!(around.tokens.requests().len(), 2, "good, bad");
    let refused = around.gateway.ask(ask("", "Bearer good")).await;
    assert_eq!(refused.json()["moreInformation"], "Invalid client id or secret.");
}

#[tokio::test]
async fn one_of_the_items_is_enough() {
    let around = around("[{id: []}, {staff: []}, {token: [read]}]");
    for (id, authorization, expected) in [
        ("m1", "", "m1|||"),
        ("m1", BOB, "m1|||"),
        ("", ANN, "|||"),
        ("m2", ANN, "|||"),
        ("", "Bearer good", "|ann|good|"),
    ] {
        let answer = around.gateway.ask(ask(id, authorization)).await;
        assert_eq!(answer.short(), (200, expected), "{id} {authorization}");
    }
    assert!(around.staff.requests().iter().all(|asked| asked.header("authorization") == Some(ANN)), "an id is enough");
    let refused = around.gateway.ask(ask("m2", "")).await;
    assert_eq!(refused.short(), (401, REFUSED));
    let challenges: Vec<_> = refused.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(challenges, ["Basic realm=\"gantry\", charset=\"UTF-8\"", "Bearer"]);
}

#[tokio::test]
async fn the_way_that_leads_in_says_who_calls() {
    // The id alone is no way in here, so a caller with a name and a password is not the application.
    let both = around("[{id: [], token: []}, {staff: []}]");
    assert_eq!(both.gateway.ask(ask("m1", ANN)).await.short(), (200, "|||"));
    assert_eq!(both.gateway.ask(ask("m1", "Bearer good")).await.short(), (200, "m1|ann|good|"));
    // Of two ways that lead in, the one with an application.
    let either = around("[{staff: []}, {id: []}]");
    assert_eq!(either.gateway.ask(ask("m1", ANN)).await.short(), (200, "m1|||"));
    assert_eq!(either.gateway.ask(ask("", ANN)).await.short(), (200, "|||"));
}

#[tokio::test]
async fn an_empty_item_lets_everybody_in() {
    let around = around("[{id: [], token: []}, {}]");
    assert_eq!(around.gateway.ask(get()).await.short(), (200, "|||"));
    assert_eq!(around.gateway.ask(ask("m1", "Bearer bad")).await.short(), (200, "|||"));
    assert_eq!(around.gateway.ask(ask("m1", "Bearer good")).await.short(), (200, "m1|ann|good|"));
}

#[tokio::test]
async fn the_operation_takes_the_place_of_the_document() {
    let registry = registry();
    let text = document("staff: {type: http, scheme: basic}", "[{staff: []}]")
        .replace("/it: {get: {responses", "/own: {get: {security: [{}], responses: {}}}\n  /it: {get: {responses");
    let gateway = setup(registries("staff", &registry.url("/"))).load(&text).serve_cleanly();
    assert_eq!(gateway.ask(get()).await.status, 401);
    for path in ["/open", "/own"] {
        assert_eq!(gateway.ask(Ask::get(path)).await.status, 200, "{path}");
    }
}

#[test]
fn requirements_of_the_wrong_shape_do_not_open_an_operation() {
    let schemes = "staff: {type: http, scheme: basic}";
    for security in ["{staff: []}", "[staff]", "staff", "[[staff]]"] {
        let found = setup(registries("staff", "http://127.0.0.1:1/")).load(&document(schemes, security)).findings();
        assert!(found.iter().any(|line| line.contains(": error G0102 ")), "{security}: {found:?}");
    }
}

#[tokio::test]
async fn browsers_that_ask_first_and_paths_that_are_not_there_come_before() {
    let registry = registry();
    let text = document("staff: {type: http, scheme: basic}", "[{staff: []}]")
        .replace("x-assembly:\n", "x-assembly:\n  cors: {enabled: true}\n");
    let gateway = setup(registries("staff", &registry.url("/"))).load(&text).serve_cleanly();
    let ask_first =
        Ask::new("OPTIONS", "/it").header("origin", "https://a.test").header("access-control-request-method", "GET");
    assert_eq!(gateway.ask(ask_first).await.status, 200);
    let refused = gateway.ask(get().header("origin", "https://a.test")).await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some("*")));
    assert_eq!(gateway.ask(Ask::get("/nowhere")).await.status, 404);
    assert_eq!(gateway.ask(Ask::post("/it", "")).await.status, 405);
}

#[tokio::test]
async fn no_assembly_catches_the_refusal() {
    let text = document("staff: {type: http, scheme: basic}", "[{staff: []}]")
        + "  catch:\n  - errors: [UnauthorizedError]\n    execute:\n    - set-variable: {actions: [{set: message.body, value: caught}]}\n";
    let gateway = setup(registries("staff", "http://127.0.0.1:1/")).load(&text).serve_cleanly();
    assert_eq!(gateway.ask(get()).await.short(), (401, REFUSED));
}
