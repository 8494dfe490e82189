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
        ("<a>", "the text ends inside of an element"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "a document type declaration"),
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
async fn a_form_or_a_text_is_binary_and_the_flow_goes_on() {
    let assembly = "execute:\n- parse: {}\n- switch:\n    case:\n    - condition: $storageType() = 'binary'\n      execute:\n      \
        - set-variable: {actions: [{set: message.headers.x-kind, value: binary}]}\n- set-variable: {actions: [\
        {set: message.headers.x-size, value: $(message.attributes.parse.DocumentSize)}]}\n";
    for (kind, body, is_binary) in [
        ("application/x-www-form-urlencoded", "a=1&b=%20", true),
        ("text/plain", "hello", true),
        ("text/csv", "a;b\n1;2", true),
        ("application/json", "hello", true),
        ("text/plain", "12", false),
        ("text/plain", " \"text\"", false),
        ("text/plain", "\u{feff}{\"a\": 1}", false),
    ] {
        let answer = run(assembly, Ask::post("/example/1", body).header("content-type", kind)).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.header("x-kind").is_some(), is_binary || body.contains("text"), "{body}");
        assert_eq!(answer.header("x-size"), Some(&*body.len().to_string()), "{body}");
        if is_binary {
            assert_eq!(text(&answer), body);
        }
    }
    for (settings, kind) in [("{document_type: json}", "text/plain"), ("{}", "application/json")] {
        let assembly = format!(
            "execute:\n- parse: {{use-content-type: {}, parse-settings-reference: {{parse-settings: {settings}}}}}\n",
            kind.contains("json")
        );
        let answer = run(&assembly, Ask::post("/example/1", "a=1").header("content-type", kind)).await;
        assert_eq!(answer.fault_name(), Some("RuntimeError"), "{settings}");
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
    let wrong = Ask::post("/example/1", "<a/>").header("content-type", "application/json");
    assert_eq!(run(assembly, wrong).await.status, 500);
    let xml = Ask::post("/example/1", "<a/>").header("content-type", "application/soap+xml");
    assert_eq!(run(assembly, xml).await.status, 200);
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
fn settings_that_are_not_there_are_refused_at_load() {
    let findings = |assembly: &str| Setup::default().load(&document(assembly)).findings();
    let unknown = findings("execute:\n- parse: {parse-settings-reference: {default: mine}}\n");
    assert!(unknown[0].contains("error G0308 there are no parse settings `mine`"), "{unknown:?}");
}

/// Puts the kind of storage into a header, and sends the body as it is.
const KIND: &str = "- switch:\n    case:\n    - condition: $storageType() = 'xml'\n      execute:\n      \
    - set-variable: {actions: [{set: message.headers.x-kind, value: xml}]}\n";

#[tokio::test]
async fn xml_is_detected_and_written_in_utf8() {
    let assembly = format!(
        "execute:\n- parse: {{}}\n{KIND}- set-variable: {{actions: [{{set: message.headers.content-type, \
        value: $(message.headers.content-type)}}]}}\n"
    );
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<a b='1'><![CDATA[\xe4<]]></a>".to_vec();
    let ask = Ask::post("/example/1", latin).header("content-type", "text/xml; charset=iso-8859-1; x=y");
    let answer = run(&assembly, ask).await;
    assert_eq!(answer.header("x-kind"), Some("xml"));
    assert_eq!(answer.header("content-type"), Some("text/xml; x=y; charset=utf-8"));
    assert_eq!(text(&answer), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"1\">ä&lt;</a>");
}

#[tokio::test]
async fn limits_and_metrics_hold_for_xml_too() {
    let settings = "{parse-settings-reference: {parse-settings: {document_type: xml, max_nesting_depth: 2}}}";
    let assembly = format!(
        "execute:\n- parse: {settings}\n- set-variable: {{actions: [{{set: message.body, \
        value: $(message.attributes.parse)}}]}}\n"
    );
    let body = "<a xmlns='u' bc='1'><d/><d>xyz</d></a>";
    let expected = serde_json::json!({
        "DocumentSize": body.len(), "NestingDepth": 2, "Width": 2, "NameLength": 2, "ValueLength": 3, "UniqueNames": 3,
        "UniquePrefixes": 1, "UniqueNamespaces": 1,
    });
    assert_eq!(run(&assembly, Ask::post("/example/1", body)).await.json(), expected);
    let deep = run(&assembly, Ask::post("/example/1", "<a><b><c/></b></a>")).await;
    assert!(text(&deep).contains("too many elements inside each other at byte 6: at most 2"), "{deep}");
    let json = run(&assembly, Ask::post("/example/1", "{}")).await;
    assert_eq!(json.fault_name(), Some("RuntimeError"));
}

#[tokio::test]
async fn a_body_too_large_for_the_reactor_is_parsed_beside_it() {
    let assembly = "execute:\n- parse: {}\n- set-variable: {actions: [{set: message.headers.x-b, \
        value: $(message.attributes.parse.Width)}]}\n";
    let body = format!("<a>{}</a>", "<b/>".repeat(4096));
    let answer = run(assembly, Ask::post("/example/1", body.clone())).await;
    assert_eq!((answer.header("x-b"), text(&answer)), (Some("4096"), body));
    let list = format!("[{}1]", "1,".repeat(40_000));
    let refused = run(assembly, Ask::post("/example/1", list)).await;
    assert!(text(&refused).contains("too many members or items"), "{refused}");
}

/// Requests are not unpacked; packed bytes must not pass for a binary document.
#[tokio::test]
async fn a_packed_body_is_refused() {
    for (coding, status) in [("gzip", 500), ("identity", 200)] {
        let ask = Ask::post("/example/1", "a=1").header("content-encoding", coding);
        assert_eq!(run("execute:\n- parse: {}\n", ask).await.status, status, "{coding}");
    }
}
