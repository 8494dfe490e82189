use crate::test_support::{Setup, document, ibm_document};

#[tokio::test]
async fn a_page_lies_beside_its_document() {
    let page = "<p>$(message.body) ${HOME}</p>";
    let ours = document("execute:\n- html-page: {page: ./welcome.html}\n");
    let ibm =
        ibm_document("datapower-api-gateway", "execute:\n- html-page: {version: 2.0.0, title: html-page-in-preflow}\n")
            .replace("  gateway:", "  html-page: welcome.html\n  gateway:");
    for text in [ours, ibm] {
        let loaded = Setup::default().load_beside(&[("api.yaml", &text)], &[("welcome.html", page)]);
        let answer = loaded.serve_cleanly().get().await;
        assert_eq!((answer.short(), answer.header("content-type")), ((200, page), Some("text/html; charset=utf-8")));
    }
}

#[tokio::test]
async fn another_variable_can_receive_it_and_without_a_page_nothing_happens() {
    let text = document(
        "execute:\n- html-page: {page: <p>, output: p}\n- set-variable: {actions: [{set: message.body, value: '[$(p.body)]'}]}\n",
    );
    let answer = Setup::default().load(&text).serve_cleanly().get().await;
    assert_eq!((answer.text(), answer.header("content-type")), ("[<p>]", None));
    let answer = Setup::default().load(&document("execute:\n- html-page: {}\n")).serve_cleanly().post("body").await;
    assert_eq!(answer.short(), (200, "body"));
}

#[test]
fn a_page_that_is_not_there_is_found_at_load() {
    let found = Setup::default().load(&document("execute:\n- html-page: {page: ./no.html}\n")).findings();
    assert!(found.iter().any(|one| one.contains("the page `./no.html` cannot be read")), "{found:?}");
}
