//! Tests of behaviour that documents of the v5 engine expect, as IBM's own engine for them did it.

use super::{mark, marks};
use crate::test_support::{Ask, Loaded, Reply, Setup, TestServer, ibm_document};

fn load(assembly: &str) -> Loaded {
    Setup::default().load(&ibm_document("datapower-gateway", assembly))
}

#[tokio::test]
async fn a_slash_at_the_end_of_a_path_does_not_matter() {
    let answers = |text: &str| {
        format!(
            "      x-assembly: {{execute: [{{set-variable: {{version: 1.0.0, actions: [{{set: message.body, value: {text}}}]}}}}]}}\n"
        )
    };
    let paths = format!(
        "paths:\n  /plain: {{get: {{}}}}\n  /own:\n    get:\n{}  /own/:\n    get:\n{}",
        answers("without"),
        answers("with")
    );
    let assembly = "x-ibm-configuration:\n  gateway: GATEWAY\n  assembly: {execute: [{set-variable: {actions: [{set: message.body, value: plain}]}}]}\n";
    let document = format!("swagger: '2.0'\nbasePath: /b\ninfo: {{title: t, version: '1'}}\n{paths}{assembly}");
    let v5 = Setup::default().load(&document.replace("GATEWAY", "datapower-gateway")).serve_cleanly();
    for (path, expected) in [
        ("/b/plain", (200, "plain")),
        ("/b/plain/", (200, "plain")),
        ("/b/own", (200, "without")),
        ("/b/own/", (200, "with")),
    ] {
        assert_eq!(v5.ask(Ask::get(path)).await.short(), expected, "{path}");
    }
    let v10 = Setup::default().load(&document.replace("GATEWAY", "datapower-api-gateway")).serve_cleanly();
    assert_eq!(v10.ask(Ask::get("/b/plain")).await.status, 200);
    assert_eq!(v10.ask(Ask::get("/b/plain/")).await.status, 404);
}

#[tokio::test]
async fn the_answer_of_a_handler_keeps_the_status_of_the_backend_and_else_is_200() {
    let service = TestServer::start(|_| Reply::Reply(418, Vec::new(), b"tea".to_vec()));
    let failing =
        format!("execute:\n- invoke: {{target-url: '{}', stop-on-error: [OperationError]}}\n", service.url("/"));
    let caught = |own: &str| format!("{failing}catch:\n- errors: [OperationError]\n  execute:\n  - {own}\n");
    assert_eq!(load(&caught(&mark("own"))).serve_cleanly().get().await.status, 418);
    let own = "set-variable: {actions: [{set: message.status.code, value: 299}]}";
    assert_eq!(load(&caught(own)).serve_cleanly().get().await.status, 299);
    let thrown =
        format!("execute:\n- throw: {{name: Mine}}\ncatch:\n- errors: [Mine]\n  execute:\n  - {}\n", mark("own"));
    let answer = load(&thrown).serve_cleanly().get().await;
    assert_eq!((answer.status, &*marks(&answer)), (200, "own"));
}

#[tokio::test]
async fn without_stop_on_error_a_bad_status_is_no_error() {
    let service = TestServer::start(|_| Reply::Reply(500, Vec::new(), b"broken".to_vec()));
    let text = format!("execute:\n- invoke: {{target-url: '{}'}}\n- {}\n", service.url("/"), mark("behind"));
    let answer = load(&text).serve_cleanly().get().await;
    assert_eq!((answer.short(), &*marks(&answer)), ((500, "broken"), "behind"));
}

#[tokio::test]
async fn a_text_of_the_client_is_never_code_in_a_condition() {
    let text = "
execute:
- if:
    condition: \"'$(request.headers.x-kind)' === 'a'\"
    execute:
    - set-variable: {actions: [{set: message.headers.x-in, value: 'yes'}]}
";
    let gateway = load(text).serve();
    let ask = async |value: &str| marks(&gateway.ask(Ask::get("/example/7").header("x-kind", value)).await);
    assert_eq!(ask("a").await, "in");
    assert_eq!(ask("7' || '").await, "");
    assert_eq!(ask("' || true || '").await, "");
}

#[tokio::test]
async fn every_header_of_a_repeated_one_comes_back() {
    let service = TestServer::start(|_| {
        let cookies = ["a=1", "b=2"].map(|cookie| ("set-cookie", cookie.to_owned()));
        Reply::Reply(200, cookies.into(), b"ok".to_vec())
    });
    let text = format!("execute:\n- invoke: {{target-url: '{}'}}\n", service.url("/"));
    let answer = load(&text).serve_cleanly().ask(Ask::get("/example/7").header("x-mine", "1")).await;
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().filter_map(|one| one.to_str().ok()).collect();
    assert_eq!((cookies, answer.header("x-mine")), (vec!["a=1", "b=2"], None));
}

#[tokio::test]
async fn a_body_that_is_left_over_is_not_smuggled_behind_a_get() {
    let service = TestServer::start(|_| Reply::Reply(200, Vec::new(), b"ok".to_vec()));
    let text = format!(
        "execute:\n- set-variable: {{actions: [{{set: message.body, value: 'GET /evil HTTP/1.1'}}]}}\n- invoke: {{target-url: '{}', verb: GET}}\n",
        service.url("/x")
    );
    let gateway = load(&text).serve_cleanly();
    for _ in 0..2 {
        assert_eq!(gateway.get().await.short(), (200, "ok"));
    }
    let seen: Vec<(String, usize)> =
        service.requests().iter().map(|one| (one.target.clone(), one.body.len())).collect();
    assert_eq!(seen, [("/x".to_owned(), 0), ("/x".to_owned(), 0)]);
}

#[tokio::test]
async fn a_length_counts_bytes() {
    let service = TestServer::start(|_| Reply::Reply(200, Vec::new(), b"ok".to_vec()));
    let text = format!(
        "execute:\n- set-variable: {{actions: [{{set: message.body, value: 'Grüße €'}}]}}\n- invoke: {{target-url: '{}', verb: POST}}\n",
        service.url("/x")
    );
    assert_eq!(load(&text).serve_cleanly().post("").await.status, 200);
    assert_eq!(String::from_utf8_lossy(&service.requests()[0].body), "Grüße €");
}
