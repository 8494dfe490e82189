use crate::test_support::{Answer, Ask, Setup, document, ibm_document};

async fn convert(step: &str, body: &str) -> Answer {
    let assembly = format!("execute:\n- json-to-xml: {step}\n");
    let ask = Ask::post("/example/7", body).header("content-type", "application/json");
    Setup::default().load(&document(&assembly)).serve_cleanly().ask(ask).await
}

#[tokio::test]
async fn the_body_and_its_media_type_change() {
    let answer = convert("{}", r#"{"a": {"b": ["x", "<y>"]}}"#).await;
    assert_eq!(answer.short(), (200, "<a><b>x</b><b>&lt;y&gt;</b></a>"));
    assert_eq!(answer.header("content-type"), Some("application/xml"));
}

#[tokio::test]
async fn every_property_does_its_part() {
    for (step, body, expected) in [
        ("{root-element-name: r}", r#"{"a":1,"b":2}"#, "<r><a>1</a><b>2</b></r>"),
        ("{root-element-name: r, always-output-root-element: true}", r#"{"a":1}"#, "<r><a>1</a></r>"),
        ("{unnamed-element-name: item}", "[1,2]", "<json><item>1</item><item>2</item></json>"),
        ("{conversionType: relaxed-badgerfish}", r#"{"a":{"@b":true,"$":1}}"#, "<a b=\"true\">1</a>"),
        ("{conversionType: badgerfish}", r#"{"a":"x"}"#, "<a>x</a>"),
        ("{conversionType: None, version: 2.0.0}", r#"{"a":"x"}"#, "<a>x</a>"),
    ] {
        assert_eq!(convert(step, body).await.short(), (200, expected), "{step}");
    }
}

#[tokio::test]
async fn the_v5_policy_reads_the_request() {
    let text = ibm_document(
        "datapower-gateway",
        "execute:\n- json-to-xml:\n    version: 1.0.0\n    root-element-name: json\n    always-output-root-element: false\n",
    );
    let answer = Setup::default().load(&text).serve_cleanly().post(r#"{"a":"hello"}"#).await;
    assert_eq!(answer.short(), (200, "<a>hello</a>"));
}

#[tokio::test]
async fn bad_input_is_a_transform_error_that_says_why() {
    for (body, words) in [
        ("<a/>", "the body is not JSON"),
        ("", "there is no body"),
        (r#"{"a b":1}"#, "the body cannot become XML: `a b` is not a name"),
    ] {
        let answer = convert("{}", body).await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("TransformError")), "{body}");
        assert!(answer.text().contains(words), "{body}: {answer}");
    }
}

#[tokio::test]
async fn another_output_leaves_the_input_as_it_is() {
    let assembly = "execute:\n- parse: {output: order}\n- json-to-xml: {input: order, output: xml}\n\
        - set-variable: {actions: [{set: message.headers.x-xml, value: $(xml.body)}, \
        {set: message.headers.x-type, value: \"$(xml.headers.content-type) $(order.body)\"}]}\n";
    let answer = Setup::default().load(&document(assembly)).serve_cleanly().post(r#"{"a": 1}"#).await;
    assert_eq!(answer.header("x-xml"), Some("<a>1</a>"));
    assert_eq!(answer.header("x-type"), Some("application/xml {\"a\":1}"));
    assert_eq!(answer.text(), r#"{"a": 1}"#);
}

#[tokio::test]
async fn a_large_body_is_converted_beside_the_reactor() {
    let body = format!("{{\"a\":[{}1]}}", "1,".repeat(50_000));
    let answer = convert("{}", &body).await;
    assert_eq!(answer.text().matches("<a>1</a>").count(), 50_001);
}

#[test]
fn names_that_no_element_can_have_are_refused_at_load() {
    let load = |step: &str| Setup::default().load(&document(&format!("execute:\n- json-to-xml: {step}\n"))).findings();
    let findings = load("{root-element-name: a b, unnamed-element-name: 'x:y'}");
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].starts_with("api.yaml:6:38: error G0308 `a b` is not a name"), "{findings:?}");
}
