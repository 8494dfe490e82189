use proptest::prelude::*;

use super::*;
use crate::base::{Findings, Sources};
use crate::source::parse;
use crate::source::yaml::parse_yaml;
use crate::source::{Content, Entry, Node};

/// A tree with its places. YAML's scanner lets the end of a list reach over the blanks after it.
fn written(node: &Node, text: &str) -> String {
    let place = |span: Span| format!("{}:{}", span.start, text[span.start as usize..span.end as usize].trim_end());
    let content = match &node.content {
        // The position of a text's letters follows from its place; YAML's place may include the blanks after it.
        Content::Scalar(scalar) => format!("{:?} {:?}", scalar.style, scalar.text),
        Content::Sequence(items) => items.iter().map(|item| written(item, text)).collect(),
        Content::Mapping(entries) => {
            let entry = |one: &Entry| format!("{:?} {}", place(one.key.span), written(&one.value, text));
            entries.iter().map(entry).collect()
        }
    };
    format!("({} {content})", place(node.span))
}

fn both(text: &str) -> [String; 2] {
    let id = Sources::default().add("t.json", text);
    [parse, parse_yaml].map(|parse| {
        let mut findings = Findings::default();
        let node = parse(id, text, &mut findings).map(|node| written(&node, text));
        let findings: Vec<_> = findings.iter().map(|finding| (finding.code.id, finding.span)).collect();
        format!("{node:?} {findings:?}")
    })
}

fn is_json(text: &str) -> bool {
    let id = Sources::default().add("t.json", text);
    read(id, text, &mut Reader::new(id, text)).is_ok_and(|is_read| is_read)
}

/// Programs write letters outside of the first plane as pairs; YAML knows no such escapes.
#[test]
fn pairs_of_escapes_are_one_letter() {
    let text = "{\"a\": \"x \\ud83d\\ude00 \\uD83D\\uDE00 here\"}";
    let id = Sources::default().add("t.json", text);
    let node = parse(id, text, &mut Findings::default()).unwrap();
    let node = node.get("a").unwrap();
    assert_eq!(node.text(), Some("x \u{1f600} \u{1f600} here"));
    let at = node.text().unwrap().find("here").unwrap();
    let span = node.inside(at..at + 4).unwrap();
    assert_eq!(&text[span.start as usize..span.end as usize], "here");
}

#[test]
fn half_of_a_pair_is_no_letter() {
    for (text, expected) in [
        ("\\ud83d", "\u{fffd}"),
        ("\\ud83d\\u0041", "\u{fffd}A"),
        ("\\ude00\\ud83d.", "\u{fffd}\u{fffd}."),
        ("\\ud83d\\ud83d\\ude00", "\u{fffd}\u{1f600}"),
    ] {
        let text = format!("{{\"a\": \"{text}\"}}");
        let id = Sources::default().add("t.json", &*text);
        let node = parse(id, &text, &mut Findings::default()).unwrap();
        assert_eq!(node.get("a").and_then(|node| node.text()), Some(expected), "{text}");
    }
}

#[test]
fn a_text_past_the_limits_is_refused_without_yaml() {
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(200), "]".repeat(200));
    let [json, yaml] = both(&deep);
    assert_eq!(json, yaml);
    for text in [deep, format!("{{\"a\": [{}1]}}", "1,".repeat(1_000_000))] {
        let id = Sources::default().add("t.json", &*text);
        read(id, &text, &mut Reader::new(id, &text)).unwrap_err();
    }
}

/// Whatever their depth; keys are none.
#[test]
fn values_are_counted_once() {
    let path = |number| format!("\"/p{number}\":{{\"get\":{{\"responses\":{{\"200\":{{\"description\":\"x\"}}}}}}}}");
    let paths: Vec<_> = (0..40_000).map(path).collect();
    let text = format!("{{\"openapi\":\"3.0.3\",\"paths\":{{{}}}}}", paths.join(","));
    let id = Sources::default().add("t.json", &*text);
    let node = parse(id, &text, &mut Findings::default()).unwrap();
    assert_eq!(node.get("paths").unwrap().entries().len(), 40_000);
}

#[test]
fn plain_json_is_read_here_as_yaml_reads_it() {
    for text in [
        "{}",
        " {\"a\": [1, -2.5e+3, true, false, null, {}, [], \"\"]} \n",
        "{\"é\":{\"b\\n\\u00e9\\\"\\\\\\/\":\"x\\ty\"},\r\n\"c\" : \"d\"}",
        "{\"a\":1,\"a\":2}",
        "{\n\t\"a\":\t[\n\t\t1\n\t]\n}",
        "{\"openapi\":\"3.0.3\",\"paths\":{\"/a/{b}\":{\"get\":{\"responses\":{}}}}}",
    ] {
        let [json, yaml] = both(text);
        assert_eq!(json, yaml, "{text}");
    }
    assert!(is_json("{\"a\":[1,{\"b\":\"\\u00e9\"}],\"c\":null}\n"));
}

#[test]
fn everything_else_is_left_to_yaml() {
    for text in [
        "",
        "[1]",
        "a: 1",
        "{a: 1}",
        "{\"a\": 1,}",
        "{\"a\": [1,]}",
        "{,}",
        "{\"a\": 01}",
        "{\"a\": 1} x",
        "{\"a\": 1}}",
        "{\"a\": 1 # comment\n}",
        "{\"a\"\n: 1}",
        "{\"a\": \"line\nline\"}",
        "{\"a\": \"\\x41\"}",
        "{\"a\": \"\\uzzzz\"}",
        "{\"a\": \"open",
        "{\"a\": tru}",
        "{\"a\" 1}",
        "{\"a\": 1 \"b\": 2}",
        "{\"a\": 1",
        "{1: 2}",
    ] {
        assert!(!is_json(text), "{text}");
        let [json, yaml] = both(text);
        assert_eq!(json, yaml, "{text}");
    }
    assert!(!is_json(&format!("{{\"{}\": 1}}", "k".repeat(MAX_KEY))));
}

proptest! {
    #[test]
    fn any_json_is_read_as_yaml_reads_it(text in r#"[ ]?\{("[a-z\\nu0é]{0,3}":[ ]?(-?[0-9]{1,2}(\.[0-9])?|"[a-z \\"nu0-9é]{0,6}"|\[(1,)?"x"\]|\{"b":null\}),?[ \n]?){0,4}\}"#) {
        let [json, yaml] = both(&text);
        prop_assert_eq!(json, yaml, "{}", text);
    }
}
