use serde_json::json;

use crate::test_support::{Answer, Ask, Setup, document, ibm_document};

async fn convert(step: &str, body: impl Into<Vec<u8>>) -> Answer {
    let assembly = format!("execute:\n- xml-to-json: {step}\n");
    let ask = Ask::post("/example/7", body).header("content-type", "text/xml");
    Setup::default().load(&document(&assembly)).serve_cleanly().ask(ask).await
}

#[tokio::test]
async fn the_body_and_its_media_type_change() {
    let answer = convert("{}", "<a type=\"world\">hello</a>").await;
    assert_eq!(answer.json(), json!({"a": {"$": "hello", "@type": "world"}}));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn conventions_go_by_any_spelling() {
    for name in ["badgerFish", "badgerfish", "apicv5", "apicV5"] {
        let answer = convert(&format!("{{conversionType: {name}, version: 2.0.0}}"), "<a>x</a>").await;
        assert_eq!(answer.json(), json!({"a": {"$": "x"}}), "{name}");
    }
}

#[tokio::test]
async fn the_v5_policy_has_no_properties() {
    let text =
        ibm_document("datapower-gateway", "execute:\n- xml-to-json:\n    version: 1.0.0\n    title: xml-to-json\n");
    let answer = Setup::default().load(&text).serve_cleanly().post("<a>x</a>").await;
    assert_eq!(answer.json(), json!({"a": {"$": "x"}}));
}

#[tokio::test]
async fn hostile_and_broken_bodies_are_transform_errors() {
    let laughs = "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><l>&b;</l>".to_owned();
    let external = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>".to_owned();
    for (body, words) in [
        (laughs.into_bytes(), "a document type declaration"),
        (external.into_bytes(), "a document type declaration"),
        ("<a>".repeat(100_000).into_bytes(), "too many elements inside each other"),
        (b"<a>\xff</a>".to_vec(), "not in UTF-8"),
        (b"{}".to_vec(), "the body is not XML"),
        (Vec::new(), "there is no body"),
    ] {
        let answer = convert("{}", body).await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("TransformError")), "{words}");
        assert!(answer.text().contains(words), "{words}: {answer}");
        assert!(!answer.text().contains("root:"));
    }
}

#[tokio::test]
async fn another_output_is_a_message_of_its_own() {
    let assembly = "execute:\n- xml-to-json: {output: order}\n\
        - set-variable: {actions: [{set: message.headers.x-a, value: $(order.body.a.$)}, \
        {set: message.headers.x-type, value: $(order.headers.content-type)}]}\n";
    let answer = Setup::default().load(&document(assembly)).serve_cleanly().post("<a>x</a>").await;
    assert_eq!((answer.header("x-a"), answer.header("x-type")), (Some("x"), Some("application/json")));
    assert_eq!(answer.text(), "<a>x</a>");
}

#[tokio::test]
async fn there_and_back_is_the_same_document() {
    let assembly = "execute:\n- xml-to-json: {}\n- json-to-xml: {}\n";
    let gateway = Setup::default().load(&document(assembly)).serve_cleanly();
    for text in
        ["<a b=\"1\"><c>x</c><c>y</c><d/></a>", "<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><b p:c=\"&lt;\">x</b></p:a>"]
    {
        assert_eq!(gateway.post(text).await.text(), text);
    }
    let large = format!("<a>{}</a>", "<b>x</b>".repeat(20_000));
    assert_eq!(gateway.post(&large).await.text(), large);
}
