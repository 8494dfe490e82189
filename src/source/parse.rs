//! From a text to its tree.

use super::json;
use super::node::Node;
use super::reader::Reader;
use super::yaml::parse_yaml;
use crate::base::{Findings, Reported, SourceId};

/// Reads a text. On a syntax error nothing comes back but the finding; duplicate keys are findings, and the tree is there.
pub fn parse(source: SourceId, text: &str, findings: &mut Findings) -> Result<Node, Reported> {
    let mut reader = Reader::new(source, text);
    match json::read(source, text, &mut reader) {
        Ok(true) => reader.finished(findings),
        Ok(false) => parse_yaml(source, text, findings),
        Err(finding) => Err(findings.push(*finding)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;

    fn read(text: &str) -> (Option<Node>, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("t.yaml", text);
        let mut findings = Findings::default();
        let node = parse(id, text, &mut findings);
        (
            node.ok(),
            findings.iter().map(|finding| format!("{} {}", sources.place(finding.span), finding.code.id)).collect(),
        )
    }

    #[test]
    fn spans_cover_keys_and_values_in_bytes() {
        let text = "é: {b: [1, 'two']}\n";
        let node = read(text).0.unwrap();
        let entry = &node.entries()[0];
        assert_eq!(&text[entry.key.span.start as usize..entry.key.span.end as usize], "é");
        let two = node.pointer("/é/b/1").unwrap();
        assert_eq!(&text[two.span.start as usize..two.span.end as usize], "'two'");
        assert_eq!(node.to_json(), serde_json::json!({"é": {"b": [1, "two"]}}));
    }

    #[test]
    fn a_duplicate_key_is_found_at_its_second_place() {
        assert_eq!(read("a: 1\nb: 2\na: 3\n").1, ["t.yaml:3:1 G0006"]);
    }

    #[test]
    fn integer_keys_keep_their_text() {
        assert_eq!(read("200: ok\n").0.unwrap().get("200").and_then(Node::text), Some("ok"));
    }

    #[test]
    fn an_alias_keeps_its_own_place() {
        let text = "a: &x {k: v}\nb: *x\n";
        let node = read(text).0.unwrap();
        let alias = node.get("b").unwrap();
        assert_eq!(&text[alias.span.start as usize..alias.span.end as usize], "*x");
        assert_eq!(alias.get("k").and_then(Node::text), Some("v"));
    }

    #[test]
    fn an_alias_bomb_and_deep_nesting_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(read(&bomb).1[0].ends_with("G0005"));
        assert!(read(&"[".repeat(20_000)).1[0].ends_with("G0004"));
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let (node, findings) = read("a: 1\nb: 'open\n");
        assert!(node.is_none());
        assert!(findings[0].ends_with("G0003"), "{findings:?}");
    }

    #[test]
    fn json_is_read_with_places() {
        let text = "{\n  \"a\": [true]\n}";
        assert_eq!(read(text).0.unwrap().to_json(), serde_json::json!({"a": [true]}));
    }

    #[test]
    fn merge_keys_are_applied_with_the_places_of_what_they_merge() {
        let text = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\nd: {<<: *a, w: 5}\n";
        let (node, findings) = read(text);
        let node = node.unwrap();
        assert_eq!(findings, [""; 0]);
        assert_eq!(node.get("c").unwrap().to_json(), serde_json::json!({"x": 0, "y": 2, "z": 4}));
        assert_eq!(node.get("d").unwrap().to_json(), serde_json::json!({"x": 1, "y": 2, "w": 5}));
        assert_eq!(node.pointer("/d/y").unwrap().span, node.pointer("/a/y").unwrap().span);
        // An anchor marks the map with what is merged into it.
        let (node, _) = read("a: &a {x: 1}\nb: &b {<<: *a}\nc: {<<: *b}\n");
        assert_eq!(node.unwrap().pointer("/c/x").and_then(Node::text), Some("1"));
    }

    #[test]
    fn what_is_no_merge_key_stays() {
        for text in ["a: {'<<': {x: 1}}\n", "{\"a\": {\"<<\": {\"x\": 1}}}"] {
            assert_eq!(read(text).0.unwrap().pointer("/a/<</x").and_then(Node::text), Some("1"), "{text}");
        }
        for text in ["a: {<<: text}\n", "a: {<<: [{x: 1}, 2]}\n"] {
            assert_eq!(read(text).1.len(), 1, "{text}");
            assert!(read(text).1[0].ends_with("G0007"), "{text}");
        }
    }

    #[test]
    fn a_second_document_is_named() {
        for text in ["a: 1\n---\nb: 2\n", "---\na: 1\n...\n---\nb: [\n"] {
            let (node, findings) = read(text);
            assert_eq!(node.unwrap().to_json(), serde_json::json!({"a": 1}));
            assert!(findings.len() == 1 && findings[0].ends_with("G0010"), "{findings:?}");
        }
        for text in ["a: 1\n---\n", "a: 1\n...\n", "--- # c\na: 1\n--- # c\n", "a: 1\n--- ~\n"] {
            assert_eq!(read(text).1, [""; 0], "{text}");
        }
    }
}
