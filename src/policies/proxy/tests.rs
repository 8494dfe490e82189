use crate::test_support::{Ask, Reply, Setup, TestServer};

const STEPS: &str = "execute:
  - proxy: {version: 1.0.0, target-url: '${UPSTREAM}/a'}
finally:
  - set-variable: {actions: [{set: message.headers.x-finally, value: ran}]}";

#[tokio::test]
async fn the_answer_is_the_response_and_a_redirect_is_not_followed() {
    let service = TestServer::start(|_| Reply::Reply(302, vec![("location", "/b".to_owned())], b"moved".to_vec()));
    let gateway = Setup::default().env("UPSTREAM", service.url("")).assembly(STEPS).serve_cleanly();
    let answer = gateway.ask(Ask::post("/example/7", "x")).await;
    assert_eq!((answer.short(), answer.header("location")), ((302, "moved"), Some("/b")));
    assert_eq!(answer.header("x-finally"), Some("ran"));
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn a_step_behind_it_and_an_output_are_found() {
    let assembly = "execute:\n- proxy: {target-url: 'http://h/'}\n- throw: {}\n";
    let found = Setup::default().assembly(assembly).findings();
    assert!(found[0].contains("warning G0501 this step can never run: the `proxy` before it"), "{found:?}");
    let found = Setup::default().assembly("execute:\n- proxy: {target-url: 'http://h/', output: x}\n").findings();
    assert!(found[0].contains("error G0308 the answer of `proxy` is the response"), "{found:?}");
}

#[tokio::test]
async fn an_output_in_a_document_of_ibms_is_a_warning() {
    let service = TestServer::start(|_| Reply::Reply(200, Vec::new(), b"there".to_vec()));
    let text = format!(
        "swagger: '2.0'\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{}}}}}}}}\n\
         x-ibm-configuration: {{assembly: {{execute: [{{proxy: {{target-url: '{}', output: x}}}}]}}}}",
        service.url("/a")
    );
    let loaded = Setup::default().load(&text);
    let found = loaded.findings();
    assert!(found.len() == 1 && found[0].contains("warning G0308 the answer of `proxy`"), "{found:?}");
    assert_eq!(loaded.serve().ask(Ask::get("/a")).await.text(), "there");
}
