//! Tests that the text of a value is kept.

use bytes::Bytes;

use super::*;

#[test]
fn numbers_keep_their_texts() {
    let text = r#"{"price":10.00,"far":1e400,"long":123456789012345678901234567890.10,"id":9223372036854775808,"e":1E+2,"z":-0}"#;
    let value = parse(text);
    assert_eq!(value.to_json(), text);
    assert_eq!(value.to_text(), text);
    assert_eq!(&value.to_bytes()[..], text.as_bytes());
    assert_eq!(serde_json::to_string(&value).unwrap(), text);
    assert_eq!(value.get("price").unwrap().to_text(), "10.00");
    assert_eq!(value.get("far").unwrap().to_value().to_text(), "1e400");
    let around = Value::object([("inside", value.get("long").unwrap().to_value()), ("all", value)]);
    assert_eq!(around.to_json(), format!(r#"{{"inside":123456789012345678901234567890.10,"all":{text}}}"#));
}

#[test]
fn a_mark_of_the_byte_order_is_passed_over() {
    let value = Value::parse_json(b"\xef\xbb\xbf {\"a\":1}").unwrap();
    assert_eq!(value.to_json(), r#"{"a":1}"#);
    assert_eq!(&value.to_bytes()[..], b" {\"a\":1}");
    let error = Value::parse_json(b"\xef\xbb\xbf[x]").unwrap_err();
    assert_eq!(error.to_string(), "expected value at line 1 column 2");
    assert!(Value::parse_json(b"[1]\xef\xbb\xbf").is_err());
}

#[test]
fn errors_name_the_place() {
    let error = |text: &str| Value::parse_json(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(error("{\"a\": 1,\n \"b\" 2}"), "expected `:` at line 2 column 6");
    assert_eq!(error(""), "EOF while parsing a value at line 1 column 0");
    assert_eq!(error(&"[".repeat(200)), "recursion limit exceeded at line 1 column 128");
    assert_eq!(error("[1e400, x]"), "expected a value at line 1 column 9");
}

#[test]
fn what_is_read_shares_the_bytes_of_the_body() {
    let body = Bytes::from(br#"["a long text that nothing copies"]"#.to_vec());
    let value = Value::read_json(body.clone()).unwrap();
    let text = value.get("0").unwrap().as_str().unwrap();
    assert_eq!(text.as_ptr(), body[2..].as_ptr());
}

#[test]
fn a_whole_text_goes_out_as_it_came_until_it_changes() {
    let text = "{ \"a\" : [ 1.0 , \"\\u00e9\" ] }\n";
    let mut value = parse(text);
    assert_eq!(&value.to_bytes()[..], text.as_bytes());
    assert_eq!(&value.get("a").unwrap().to_bytes()[..], r#"[1.0,"é"]"#.as_bytes());
    value.set(&["b"], true.into());
    assert_eq!(&value.to_bytes()[..], r#"{"a":[1.0,"é"],"b":true}"#.as_bytes());
    assert_eq!(&parse("{\"a\": 1, \"a\": 2}").to_bytes()[..], br#"{"a":2}"#);
}

#[test]
fn a_text_of_a_body_shares_its_bytes() {
    let body = crate::value::Body::from_bytes("plain text");
    let value = body.raw_value();
    assert_eq!(value, Value::from("plain text"));
    assert_eq!(value.to_bytes().as_ptr(), body.bytes().unwrap().as_ptr());
    assert_eq!((value.to_json(), body.value()), ("\"plain text\"".into(), value));
    let json = crate::value::Body::from_bytes("\u{feff}{\"a\": 1}");
    assert_eq!(json.value().get("a").unwrap(), Value::from(1));
    assert_eq!(json.raw_value().as_str(), Some("\u{feff}{\"a\": 1}"));
    assert!(matches!(crate::value::Body::from_bytes(&b"\xff"[..]).value().kind(), Kind::Binary(_)));
}
