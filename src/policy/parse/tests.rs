use crate::test_support::{Answer, Ask, Setup, document};

async fn run(assembly: &str, ask: Ask) -> Answer {
    Setup::default().load(&document(assembly)).serve_cleanly().ask(ask).await
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

const SHOW: &str = "- set-variable: {actions: [{set: message.body, value: $(message.body.b.0)}]}\n";

#[tokio::test]
async fn members_of_a_parsed_body_can_be_read() {
    let answer = run(&format!("execute:\n- parse: {{}}\n{SHOW}"), Ask::post("/example/1", r#"{"b": ["x"]}"#)).await;
    assert_eq!((answer.status, text(&answer).as_str()), (200, "x"));
}

#[tokio::test]
async fn what_cannot_be_parsed_is_a_runtime_error() {
    for (body, words) in [
        ("{\"a\": ", "the body is not JSON"),
        ("<a/>", "XML is known but not parsed yet"),
        ("", "there is no body to parse"),
        ("{\"a\": 12345678}", "a number is too long"),
    ] {
        let assembly = "execute:\n- parse: {parse-settings-reference: {parse-settings: {max_number_length: 5}}}\n";
        let answer = run(assembly, Ask::post("/example/1", body)).await;
        assert_eq!(answer.status, 500, "{body}");
        assert!(text(&answer).contains(words), "{body}: {}", text(&answer));
        assert_eq!(answer.fault.map(|fault| fault.name.to_string()).as_deref(), Some("RuntimeError"));
    }
}

#[tokio::test]
async fn an_empty_body_may_be_let_through() {
    let answer = run("execute:\n- parse: {warn-on-empty-input: true}\n", Ask::get("/example/1")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_content_type_that_disagrees_is_refused_where_it_counts() {
    let assembly = "execute:\n- parse: {use-content-type: true}\n";
    let plain = Ask::post("/example/1", "{}").header("content-type", "text/plain");
    assert_eq!(run(assembly, plain).await.status, 500);
    let json = Ask::post("/example/1", "{}").header("content-type", "application/json; charset=utf-8");
    assert_eq!(run(assembly, json).await.status, 200);
}

#[tokio::test]
async fn another_output_leaves_the_input_as_it_is() {
    let assembly = "execute:\n- parse: {output: parsed}\n\
        - set-variable: {actions: [{set: message.headers.x-b, value: $(parsed.body.b)}]}\n";
    let answer = run(assembly, Ask::post("/example/1", "{ \"b\": 1 }")).await;
    assert_eq!((answer.headers["x-b"].to_str().unwrap(), text(&answer).as_str()), ("1", "{ \"b\": 1 }"));
}

#[tokio::test]
async fn what_was_measured_is_noted_on_the_output() {
    let show = |name: &str| {
        format!("- set-variable: {{actions: [{{set: message.body, value: $({name}.attributes.parse)}}]}}\n")
    };
    let body = r#"{"ab": [1, "xyz"], "n": {"ab": -2.5}}"#;
    let expected = serde_json::json!({
        "DocumentSize": body.len(), "NestingDepth": 2, "Width": 2, "NameLength": 2, "ValueLength": 3, "NumberLength": 4,
        "UniqueNames": 2,
    });
    for (step, name) in [("{}", "message"), ("{output: order}", "order")] {
        let assembly = format!("execute:\n- parse: {step}\n{}", show(name));
        assert_eq!(run(&assembly, Ask::post("/example/1", body)).await.json(), expected, "{name}");
    }
    let binary = "{parse-settings-reference: {parse-settings: {document_type: binary}}}";
    let assembly = format!("execute:\n- parse: {binary}\n{}", show("message"));
    assert_eq!(run(&assembly, Ask::post("/example/1", "abc")).await.json(), serde_json::json!({"DocumentSize": 3}));
}

#[test]
fn settings_that_are_not_there_and_xml_are_refused_at_load() {
    let findings = |assembly: &str| Setup::default().load(&document(assembly)).findings();
    let unknown = findings("execute:\n- parse: {parse-settings-reference: {default: mine}}\n");
    assert!(unknown[0].contains("error G0308 there are no parse settings `mine`"), "{unknown:?}");
    let xml = findings("execute:\n- parse: {parse-settings-reference: {parse-settings: {document_type: xml}}}\n");
    assert!(xml[0].contains("error G0307 XML is known but not parsed yet"), "{xml:?}");
}
