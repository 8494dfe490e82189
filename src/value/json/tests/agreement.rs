//! Our reading against serde_json's: the same texts are JSON, and they say the same.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

/// JSON with spaces, escapes, repeated names and numbers of all forms.
fn text() -> impl Strategy<Value = String> {
    let space = || prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\n\t\r ")];
    let string = || prop_oneof![4 => "\"([a-c]|é|🦀|\\\\[\"\\\\/bfnrt]|\\\\u00[0-7][0-9a-fA-F]|\\\\ud83e\\\\udd80){0,12}\"", 1 => "\"[a-c]{0,40}\""];
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?",
        string(),
    ];
    scalar.prop_recursive(6, 80, 30, move |inner| {
        let item = (space(), inner, space()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member =
            (space(), string(), space(), item.clone()).prop_map(|(a, name, b, value)| format!("{a}{name}{b}:{value}"));
        prop_oneof![
            prop::collection::vec(item, 0..24).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..24).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// A text with some bytes changed, taken out or put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        prop::sample::select(b"[]{}:,\"\\ue0123456789.-+tfn \n\x00\x1f\x7f\x80\xc3\xed\xff".to_vec()),
        any::<u8>(),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), bytes, 0..3_u8), 1..4);
    (text(), changes).prop_map(|(text, changes)| {
        let mut bytes = text.into_bytes();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len().max(1));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.insert(at.min(bytes.len()), byte),
            }
        }
        bytes
    })
}

/// Whether both read a text, and to the same value.
fn agree(bytes: &[u8]) {
    let (ours, theirs) = (Value::parse_json(bytes), serde_json::from_slice::<Json>(bytes));
    let shown = String::from_utf8_lossy(bytes);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, Value::from(&theirs), "{shown}");
            assert_eq!(serde_json::from_str::<Json>(&ours.to_json()).unwrap(), theirs, "{shown}");
            assert_eq!(serde_json::to_value(&ours).unwrap(), theirs, "{shown}");
            let names = |value: &Value| {
                value.as_object().map(|all| all.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>())
            };
            assert_eq!(names(&ours), theirs.as_object().map(|all| all.keys().cloned().collect()), "{shown}");
            let made = made(ours.view());
            assert_eq!((&made, made.to_json()), (&ours, ours.to_json()), "{shown}");
        }
        // A number that no computer has is JSON all the same.
        (_, Err(error)) if error.to_string().starts_with("number out of range") => {}
        (Err(ours), Err(theirs)) => assert_eq!(ours.to_string(), theirs.to_string(), "{shown}"),
        (ours, theirs) => panic!("{shown}: {ours:?}, and serde_json: {theirs:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn texts_are_read_as_serde_json_reads_them(text in text()) {
        agree(text.as_bytes());
    }

    #[test]
    fn broken_texts_are_refused_as_serde_json_refuses_them(bytes in mutated()) {
        agree(&bytes);
    }

    #[test]
    fn strings_come_back(text in any::<String>()) {
        let value = Value::from(text.as_str());
        let json = value.to_json();
        prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
        let list = format!("[{json}]");
        let read = parse(&list);
        prop_assert_eq!(read.get("0").unwrap().as_str(), Some(text.as_str()));
        prop_assert_eq!(read.to_json(), list);
    }
}

#[test]
fn awkward_texts_are_read_as_serde_json_reads_them() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let deep_objects = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    let texts = [
        "",
        " ",
        "[",
        "{",
        "]",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{1:2}",
        "[1 2]",
        "nul",
        "nullx",
        "tru",
        "01",
        "-",
        "-a",
        "1.",
        "1.e1",
        "1e",
        "1e+",
        "1E-2",
        "-0",
        "-0.0",
        "0",
        "1 1",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\ud83e\\udd80\"",
        "\"\t\"",
        "\"\u{7f}\"",
        "[\"a\u{0}b\"]",
        "\u{a0}1",
        "{\"a\":1 \"b\":2}",
        "[1}",
        "{\"a\":1]",
        "[1]]",
        "/**/1",
        "'a'",
        "NaN",
        "Infinity",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "1e308",
        "5e-324",
        "1e-400",
        "{\"a\" : [ ] , \"b\" : { } }",
        "\n\n [1,\n x]",
        "{\"a\":\n\n\"b\\q\"}",
        "[\"1234567\\n\"]",
        "[\"12345678\"]",
    ];
    texts.iter().for_each(|text| agree(text.as_bytes()));
    for levels in [1, 126, 127, 128, 129, 5000] {
        agree(deep(levels).as_bytes());
        agree(deep_objects(levels).as_bytes());
        agree("[".repeat(levels).as_bytes());
    }
    for bytes in [&b"\xff"[..], b"\"\xff\"", b"[\"a\xc3\"]", b"\"\xed\xa0\x80\"", b"{\"\xc3\xa9\":1}", b"[1,\xc3\xa9]"]
    {
        agree(bytes);
    }
}
