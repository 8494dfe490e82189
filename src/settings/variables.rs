//! `GANTRY_…` variables over the settings file: `GANTRY_AWS_REGION` is `aws: {region: …}`.

use std::sync::Arc;

use serde_json::Value;

use crate::base::{Sources, Span};
use crate::source::{Content, Entry, Environment, Key, Node, Scalar, Style};

/// The settings with every variable that is set in its place. A variable is a source of its own, so that a finding names it.
pub(super) fn overlay(root: &Node, schema: &Value, environment: &dyn Environment, sources: &mut Sources) -> Node {
    let mut whole = root.clone();
    for path in leaves(schema, &[]) {
        let name = variable(&path);
        let Some(value) = environment.variable(&name) else { continue };
        let source = sources.add(format!("${name}"), value.as_str());
        let span = Span { source, start: 0, end: value.len() as u32 };
        let scalar = Scalar { text: value.into(), style: Style::Plain, masked: true, origin: None };
        whole = put(&whole, &path, Node { span, content: Content::Scalar(scalar) });
    }
    whole
}

/// `["aws", "use-fips"]` is `GANTRY_AWS_USE_FIPS`.
fn variable(path: &[String]) -> String {
    format!("GANTRY_{}", path.join("_").replace('-', "_").to_ascii_uppercase())
}

/// The paths of all settings that hold one value. Profiles have names of the user's and are not among them.
fn leaves(schema: &Value, path: &[String]) -> Vec<Vec<String>> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        let is_map = schema.get("additionalProperties").is_some() || schema.get("items").is_some();
        return if is_map || path.is_empty() { Vec::new() } else { vec![path.to_vec()] };
    };
    properties.iter().flat_map(|(name, inner)| leaves(inner, &[path, std::slice::from_ref(name)].concat())).collect()
}

/// A copy of the tree with `leaf` at the end of `path`, where maps are made as needed.
fn put(node: &Node, path: &[String], leaf: Node) -> Node {
    let Some((first, rest)) = path.split_first() else { return leaf };
    let mut entries: Vec<Entry> = node.entries().to_vec();
    match entries.iter_mut().find(|entry| *entry.key.text == **first) {
        Some(entry) => entry.value = put(&entry.value, rest, leaf),
        None => {
            let span = leaf.span;
            let nothing = Node { span, content: Content::Mapping(Arc::default()) };
            let key = Key { text: first.as_str().into(), span };
            entries.push(Entry { key, value: put(&nothing, rest, leaf) });
        }
    }
    Node { span: node.span, content: Content::Mapping(entries.into()) }
}
