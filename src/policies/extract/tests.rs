use serde_json::json;

use crate::test_support::{Gateway, Setup, document};

fn extract(properties: &str) -> Gateway {
    Setup::default().load(&document(&format!("execute:\n- extract: {properties}\n"))).serve_cleanly()
}

#[tokio::test]
async fn values_are_replaced_by_what_the_expression_makes_of_them() {
    for (properties, expected) in [
        ("{extracts: [{capture: $.a, transform: $uppercase($)}]}", json!({"a": "X", "l": [1, 2], "o": {"n": 3}})),
        ("{extracts: [{capture: l, transform: $ * 10}]}", json!({"a": "x", "l": [10, 20], "o": {"n": 3}})),
        (
            "{root: message.body.o, extracts: [{capture: '$', transform: n + 1}]}",
            json!({"a": "x", "l": [1, 2], "o": 4}),
        ),
        ("{extracts: [{transform: '{\"a\": a, \"verb\": $httpVerb()}'}]}", json!({"a": "x", "verb": "POST"})),
        (
            "{extracts: [{capture: l, transform: $sum($)}, {capture: 'l[0]', transform: $string($)}]}",
            json!({"a": "x", "l": ["1", 2], "o": {"n": 3}}),
        ),
        ("{extracts: [{capture: '$.**.n', transform: nothing}]}", json!({"a": "x", "l": [1, 2], "o": {"n": null}})),
    ] {
        let answer = extract(properties).post(r#"{"a": "x", "l": [1, 2], "o": {"n": 3}}"#).await;
        assert_eq!(answer.json(), expected, "{properties}");
    }
}

#[tokio::test]
async fn xml_and_outputs_are_changed_too() {
    let xml = extract("{extracts: [{capture: \"$xpath($, '//b/@c')\", transform: $uppercase($)}]}");
    assert_eq!(xml.post("<a><b c='x'/></a>").await.text(), "<a><b c=\"X\"/></a>");
    let assembly = "execute:\n- parse: {output: order}\n- extract: {root: order.body, extracts: [{capture: a, transform: $ + 1}]}\n\
        - set-variable: {actions: [{set: message.body, value: $(order.body)}]}\n";
    let gateway = Setup::default().load(&document(assembly)).serve_cleanly();
    assert_eq!(gateway.post(r#"{"a": 1}"#).await.text(), r#"{"a":2}"#);
}

#[tokio::test]
async fn what_cannot_be_transformed_is_a_fault() {
    let gateway = extract("{extracts: [{capture: a, transform: $ + 1}]}");
    for body in [r#"{"a": "x"}"#, "plain"] {
        let answer = gateway.post(body).await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("TransformError")), "{body}");
    }
}

#[test]
fn mistakes_are_found_at_load() {
    let find =
        |properties: &str| Setup::default().load(&document(&format!("execute:\n- extract: {properties}\n"))).findings();
    let both = find("{extracts: [{capture: a & b, transform: $sum(}]}");
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(find("{extracts: [{capture: a}]}")[0].contains("needs the property `transform`"));
}
