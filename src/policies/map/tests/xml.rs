//! XML in and out.

use serde_json::json;

use crate::test_support::{Answer, Setup, document};

async fn xml_map(input: &str, output: &str, actions: &str, options: &str, body: &str) -> Answer {
    let text = format!(
        "execute:\n- map:\n    inputs:\n      in: {{{input}, variable: message.body}}\n    outputs:\n      \
         out: {{{output}, variable: message.body}}\n    actions: {actions}\n    options: {options}\n"
    );
    Setup::default().load(&document(&text)).serve_cleanly().post(body).await
}

const ANY: &str = "schema: {type: object}";
const FROM_XML: &str = "schema: {type: object}, content: application/xml";
const ORDER: &str = "<p:order xmlns:p='urn:p' id='7'><p:line n='1'>tea</p:line><p:line n='2'>milk</p:line><total cur='EUR'>5</total>\
    <empty/><who><name>Ada</name></who></p:order>";

#[tokio::test]
async fn elements_attributes_and_texts_of_xml_are_read() {
    for (actions, expected) in [
        ("[{set: out.t, from: in.order.total}]", json!({"t": "5"})),
        ("[{set: out.t, from: in.total}, {set: out.i, from: in.id}]", json!({"t": "5", "i": "7"})),
        ("[{set: out.i, from: in.order.id}, {set: out.c, from: in.order.total.@cur}]", json!({"i": "7", "c": "EUR"})),
        ("[{set: out.l, from: in.order.line}]", json!({"l": ["tea", "milk"]})),
        ("[{set: out.n, value: Number($(in.order.total)) + 1}]", json!({"n": 6})),
        (
            "[{create: out.l, foreach: in.order.line, actions: [{set: t, from: $item}, {set: n, from: n}]}]",
            json!({"l": [{"t": "tea", "n": "1"}, {"t": "milk", "n": "2"}]}),
        ),
        ("[{create: out.l, foreach: in.order.who, actions: [{set: n, from: name}]}]", json!({"l": [{"n": "Ada"}]})),
        ("[{set: out.w, from: in.order.who}]", json!({"w": {"name": {"$": "Ada"}}})),
        ("[{set: out.x, from: in.order.none, default: none}]", json!({"x": "none"})),
    ] {
        let answer = xml_map(FROM_XML, ANY, actions, "{}", ORDER).await;
        assert_eq!(answer.json(), expected, "{actions}");
    }
}

#[tokio::test]
async fn options_say_what_an_empty_element_is_and_which_type_a_text_has() {
    let actions = "[{set: out.e, from: in.order.empty}]";
    for (options, expected) in [
        ("{}", json!({"e": ""})),
        ("{mapXMLEmptyElement: 'null'}", json!({"e": null})),
        ("{mapXMLEmptyElement: null}", json!({"e": null})),
        ("{mapXMLEmptyElement: none}", json!({})),
        ("{mapXMLEmptyElement: string-badgerfish}", json!({"e": {"$": ""}})),
        ("{mapXMLEmptyElement: null-badgerfish}", json!({"e": {"$": null}})),
    ] {
        assert_eq!(xml_map(FROM_XML, ANY, actions, options, ORDER).await.json(), expected, "{options}");
    }
    let typed = "schema: {type: object, properties: {order: {type: object, properties: {total: {type: number}}}}}, \
        content: application/xml";
    let actions = "[{set: out.t, from: in.order.total}]";
    let answer = xml_map(typed, ANY, actions, "{mapResolveXMLInputDataType: true}", ORDER).await;
    assert_eq!(answer.json(), json!({"t": 5}));
    let answer =
        xml_map(FROM_XML, ANY, "[{set: out.w, from: in.order.who}]", "{mapEnablePostProcessingJSON: true}", ORDER)
            .await;
    assert_eq!(answer.json(), json!({"w": {"name": {"$": "Ada"}}}));
}

const SOAP: &str = "content: application/xml, schema: {type: object, properties: {Envelope: {type: object, xml: {prefix: s, \
    namespace: 'urn:soap'}, properties: {Header: {type: object}, Body: {type: object, required: [get], properties: {get: {type: object, \
    xml: {namespace: 'urn:g'}, properties: {id: {type: string, xml: {attribute: true}}, first: {type: string}, \
    second: {type: string}, many: {type: array, items: {type: string}}}}}}}}}}";

#[tokio::test]
async fn xml_is_written_as_the_schema_names_it() {
    let actions = "[{set: out.Envelope.Body.get.second, from: in.b}, {set: out.Envelope.Body.get.id, from: in.a}, \
        {set: out.Envelope.Body.get.many, from: in.l}]";
    let body = r#"{"a": "<7>", "b": 2, "l": ["x", "y"]}"#;
    for (options, expected) in [
        (
            "{includeEmptyXMLElements: false}",
            "<s:Envelope xmlns:s=\"urn:soap\"><s:Body><get xmlns=\"urn:g\" id=\"&lt;7&gt;\"><second>2</second>\
             <many>x</many><many>y</many></get></s:Body></s:Envelope>",
        ),
        (
            "{}",
            "<s:Envelope xmlns:s=\"urn:soap\"><s:Header/><s:Body><get xmlns=\"urn:g\" id=\"&lt;7&gt;\"><first/><second>2</second>\
             <many>x</many><many>y</many></get></s:Body></s:Envelope>",
        ),
        (
            "{includeEmptyXMLElements: false, namespaceInheritance: false}",
            "<s:Envelope xmlns:s=\"urn:soap\"><Body><get xmlns=\"urn:g\" id=\"&lt;7&gt;\"><second xmlns=\"\">2</second>\
             <many xmlns=\"\">x</many><many xmlns=\"\">y</many></get></Body></s:Envelope>",
        ),
    ] {
        let answer = xml_map(ANY, SOAP, actions, options, body).await;
        assert_eq!(answer.short(), (200, expected), "{options}");
        assert_eq!(answer.header("content-type"), Some("application/xml"));
    }
}

#[tokio::test]
async fn namespaces_may_all_stand_at_the_root() {
    let schema = "content: application/xml, schema: {type: object, properties: {a: {type: object, xml: {prefix: p, namespace: 'urn:p'}, \
        properties: {b: {type: object, properties: {c: {type: string, xml: {prefix: q, namespace: 'urn:q'}}}}}}}}";
    let actions = "[{set: out.a.b.c, from: in.x}]";
    let inline = xml_map(ANY, schema, actions, "{}", r#"{"x": 1}"#).await;
    assert_eq!(inline.text(), "<p:a xmlns:p=\"urn:p\"><p:b><q:c xmlns:q=\"urn:q\">1</q:c></p:b></p:a>");
    let above = xml_map(ANY, schema, actions, "{inlineNamespaces: false}", r#"{"x": 1}"#).await;
    assert_eq!(above.text(), "<p:a xmlns:p=\"urn:p\" xmlns:q=\"urn:q\"><p:b><q:c>1</q:c></p:b></p:a>");
}

#[tokio::test]
async fn what_is_no_document_gets_an_element_around_it_and_lists_may_be_wrapped() {
    let actions = "[{set: out.a, from: in.a}, {set: out.b, from: in.l}]";
    let body = r#"{"a": 1, "l": [2, 3]}"#;
    let plain = "content: application/xml, schema: {type: object}";
    assert_eq!(xml_map(ANY, plain, actions, "{}", body).await.text(), "<out><a>1</a><b>2</b><b>3</b></out>");
    let named = "content: application/xml, schema: {type: object, xml: {name: o}, properties: {a: {type: string}, b: {type: array, \
        xml: {wrapped: true, name: bs}, items: {type: string, xml: {name: i}}}}}";
    assert_eq!(xml_map(ANY, named, actions, "{}", body).await.text(), "<o><a>1</a><bs><i>2</i><i>3</i></bs></o>");
}

#[tokio::test]
async fn hostile_and_broken_xml_is_a_transform_error() {
    let actions = "[{set: out.t, from: in.a}]";
    for (body, words) in [
        ("<a>".to_owned(), "the input `in` is not XML"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(), "a document type declaration"),
        ("<a>".repeat(50_000), "inside each other"),
    ] {
        let answer = xml_map(FROM_XML, ANY, actions, "{}", &body).await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("TransformError")));
        assert!(answer.text().contains(words), "{words}: {answer}");
    }
    let to_xml = "content: application/xml, schema: {type: object}";
    let bad = xml_map(ANY, to_xml, "[{set: out, from: in}]", "{}", r#"{"a": {"b c": 1}}"#).await;
    assert!(bad.text().contains("`b c` is not a name that XML allows"), "{bad}");
    let letter = xml_map(ANY, to_xml, "[{set: out.a, from: in.a}]", "{}", r#"{"a": "\u0002"}"#).await;
    assert!(letter.text().contains("U+0002 cannot stand in XML"), "{letter}");
}

#[tokio::test]
async fn xml_that_was_parsed_before_is_read_as_xml() {
    let text = "execute:\n- parse: {output: order}\n- map:\n    inputs: {in: {schema: {type: object}, variable: order.body}}\n    \
        outputs: {out: {schema: {type: object}}}\n    actions: [{set: out.t, from: in.a.b}]\n";
    let answer = Setup::default().load(&document(text)).serve_cleanly().post("<a><b>1</b></a>").await;
    assert_eq!(answer.json(), json!({"t": "1"}));
}
