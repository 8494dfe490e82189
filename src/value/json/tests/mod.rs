mod agreement;
mod repeats;
mod texts;

use super::*;

fn parse(text: &str) -> Value {
    Value::parse_json(text.as_bytes()).unwrap()
}

/// The value as a step makes one, without a text that it came in.
fn made(value: ValueRef<'_>) -> Value {
    match value.kind() {
        Kind::List(items) => Value::list(items.iter().map(made)),
        Kind::Object(members) => Value::object(members.iter().map(|(name, value)| (name, made(value)))),
        Kind::Number(number) => Value::number(&number.to_text()).unwrap(),
        Kind::String(text) => text.into(),
        _ => value.to_value(),
    }
}

#[test]
fn json_keeps_order_and_number_forms() {
    let text = r#"{"z":1.0,"a":[],"e":{},"big":18446744073709551615,"neg":-3}"#;
    assert_eq!(serde_json::to_string(&parse(text)).unwrap(), text);
}

#[test]
fn set_makes_the_objects_on_the_way() {
    let mut value = Value::NULL;
    value.set(&["a", "b"], 1.into());
    value.set(&["a", "c"], "x".into());
    assert_eq!(value, parse(r#"{"a":{"b":1,"c":"x"}}"#));
}

#[test]
fn set_and_remove_enter_arrays() {
    let mut value = parse(r#"{"a":[1,2]}"#);
    value.set(&["a", "2"], 3.into());
    value.remove(&["a", "0"]);
    assert_eq!(value, parse(r#"{"a":[2,3]}"#));
}

#[test]
fn a_clone_does_not_see_later_changes() {
    let mut value = parse(r#"{"a":1}"#);
    let before = value.clone();
    value.set(&["a"], 2.into());
    assert_eq!(before, parse(r#"{"a":1}"#));
}

#[test]
fn made_and_read_values_are_equal_whatever_their_order() {
    let text = r#"{"a":[1,{"b":null}],"c":"x\u00e9","d":10.0,"e":{},"f":[]}"#;
    let read = parse(text);
    let other = parse(r#"{"f":[],"e":{},"d":1.0e1,"c":"xé","a":[1,{"b":null}]}"#);
    assert_eq!(read, made(read.view()));
    assert_eq!(made(read.view()), other);
    assert_eq!(read, other);
    for different in ["1", "1.0", "[1]", "{}", r#"{"a":1}"#] {
        assert_ne!(read, parse(different));
    }
    assert_ne!(parse("[1]"), parse("[1.0]"), "a whole number and one with a point");
    assert_eq!(parse("[1e400, 18446744073709551615]"), parse("[1e400, 18446744073709551615]"));
    assert_ne!(parse("[1e400]"), parse("[1e500]"));
}

#[test]
fn items_and_members_are_found_in_made_and_read_values() {
    let read = parse(r#"{"list":[{"a":1},[2,3],"x"],"flat":[1,2,3],"":{"":"empty"}}"#);
    for value in [&read, &made(read.view())] {
        assert_eq!(value.at(["list", "1", "1"]).unwrap(), Value::from(3));
        assert_eq!(value.at(["flat", "2"]).unwrap(), Value::from(3));
        assert_eq!(value.at(["", ""]).unwrap().as_str(), Some("empty"));
        assert!(value.at(["flat", "3"]).is_none() && value.at(["list", "x"]).is_none());
        let names: Vec<&str> = value.as_object().unwrap().iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["list", "flat", ""]);
        let list = value.get("list").unwrap().as_list().unwrap();
        assert_eq!((list.len(), list.iter().count()), (3, 3));
        assert_eq!(value.to_json(), r#"{"list":[{"a":1},[2,3],"x"],"flat":[1,2,3],"":{"":"empty"}}"#);
        assert_eq!(serde_json::to_string(value).unwrap(), value.to_json());
    }
}

#[test]
fn a_change_makes_only_what_is_above_it() {
    let mut value = parse(r#"{"a":{"b":[1,2,{"c":3.10}],"d":{}},"e":[10.00]}"#);
    value.set(&["a", "b", "0"], "new".into());
    value.set(&["a", "b", "3"], Value::NULL);
    value.remove(&["a", "none", "x"]);
    value.remove(&["e", "5"]);
    assert_eq!(value.to_json(), r#"{"a":{"b":["new",2,{"c":3.10},null],"d":{}},"e":[10.00]}"#);
    assert!(matches!(value.get("e").unwrap().to_value().0, repr::Repr::Read { .. }));
    value.remove(&["a", "b", "2", "c"]);
    value.remove(&["e"]);
    assert_eq!(value.to_json(), r#"{"a":{"b":["new",2,{},null],"d":{}}}"#);
    assert_eq!(value.list_mut(), None);
    let mut read = parse(r#"{"a":[]}"#);
    assert!(
        read.list_mut().is_none() && matches!(read.0, repr::Repr::Read { .. }),
        "nothing is made of what is no list"
    );
    value.set(&["a", "b", "9"], 1.into());
    assert_eq!(value.to_json(), r#"{"a":{"b":{"9":1},"d":{}}}"#, "a list has no such index");
}

#[test]
fn values_without_members_keep_no_text() {
    for text in ["null", "true", " 17 ", "10.00", "\"a\\n\""] {
        assert!(!matches!(parse(text).0, repr::Repr::Read { .. }), "{text}");
    }
    assert_eq!((parse("10.00").to_json(), parse("-0").to_json()), ("10.00".into(), "-0".into()));
}

#[test]
fn numbers_are_what_they_are_worth() {
    let number = |text: &str| match Value::number(text).unwrap().kind() {
        Kind::Number(number) => (number.as_i64(), number.as_u64(), number.as_f64()),
        _ => panic!("{text}"),
    };
    assert_eq!(number("-7"), (Some(-7), None, -7.0));
    assert_eq!(number("18446744073709551615"), (None, Some(u64::MAX), u64::MAX as f64));
    assert_eq!(number("10.00"), (None, None, 10.0));
    assert_eq!(number("1e400"), (None, None, f64::INFINITY));
    assert_eq!(number("123456789012345678901234567890"), (None, None, 123_456_789_012_345_678_901_234_567_890.0));
    for wrong in ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "1 ", "NaN", "1.2.3"] {
        assert!(Value::number(wrong).is_none(), "{wrong}");
    }
    assert_eq!(Value::from(f64::NAN), Value::NULL);
    assert_eq!((Value::from(2.0).to_json(), Value::from(1e21).to_json()), ("2.0".into(), "1e+21".into()));
}
