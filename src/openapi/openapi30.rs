//! OpenAPI 3.0: `servers`, and a second opinion from the typed model.

use super::{Api, Dialect, document, servers};
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::{Content, Entry, Node, References, Tree};

/// Exports of AWS API Gateway are bad OpenAPI as a rule, and AWS takes them.
fn has_integrations(tree: &Tree) -> bool {
    let items = tree.root.get("paths").map(Node::entries).unwrap_or_default();
    let mut operations = items.iter().flat_map(|item| item.value.entries());
    operations.any(|operation| operation.value.get("x-amazon-apigateway-integration").is_some())
}

/// Reads an OpenAPI 3.0 document.
pub(super) fn read(tree: &Tree, references: References, findings: &mut Findings) -> Result<Api, Reported> {
    let errors = findings.errors();
    let base_path = servers::base_path(&tree.root, findings);
    let api = document::api(tree, Dialect::OpenApi30, &base_path, references, findings);
    // What the typed model cannot hold, other tools will refuse too. It knows no positions, and where our own reading has
    // already found the mistake its words would only be noise.
    if findings.errors() == errors
        && !has_integrations(tree)
        && let Err(error) = second_opinion(&tree.root)
    {
        let span = tree.root.get("openapi").map_or(tree.root.span, |node| node.span);
        let message = format!("the document does not follow OpenAPI 3.0: {error}");
        findings.push(Diagnostic::warning(codes::SPEC_MISMATCH, span, message));
    }
    Ok(api)
}

/// Reads the document into the typed model, path by path: as a whole it takes many times the room of the document.
fn second_opinion(root: &Node) -> Result<(), serde_json::Error> {
    let (mut around, mut paths) = (Vec::new(), Vec::new());
    for entry in root.entries() {
        let is_paths = &*entry.key.text == "paths" && entry.value.is_mapping();
        if is_paths {
            paths.extend(entry.value.entries().iter().cloned());
        }
        let value = if is_paths { mapping(&entry.value, Vec::new()) } else { entry.value.clone() };
        around.push(Entry { key: entry.key.clone(), value });
    }
    serde_json::from_value::<openapiv3::OpenAPI>(mapping(root, around).to_json())?;
    paths.into_iter().try_for_each(|path| {
        let one = mapping(root, vec![path]).to_json();
        serde_json::from_value::<openapiv3::Paths>(one).map(drop)
    })
}

fn mapping(like: &Node, entries: Vec<Entry>) -> Node {
    Node { span: like.span, content: Content::Mapping(entries.into()) }
}
