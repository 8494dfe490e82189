//! Reads a document in the dialect that it claims to be in.

use super::{Api, openapi30, openapi31, swagger20};
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::{Node, References, Tree};

/// Whether a tree claims to be an OpenAPI or Swagger document.
pub fn is_document(root: &Node) -> bool {
    root.get("openapi").is_some() || root.get("swagger").is_some()
}

/// Reads a document. `None` means that findings say why not; with some findings an API still comes back, so that the
/// phases after this one can report theirs.
pub fn read(tree: &Tree, references: References, findings: &mut Findings) -> Result<Api, Reported> {
    let root = &tree.root;
    if !root.is_mapping() {
        let kind = if root.is_null() { "empty" } else { root.kind() };
        let message = format!("the document is {kind}, expected a map that starts with `openapi` or `swagger`");
        return Err(findings.push(Diagnostic::error(codes::NOT_OPENAPI, root.span, message)));
    }
    let version = |key| root.get(key).and_then(Node::text).map(str::trim);
    match (version("openapi"), version("swagger")) {
        (Some(version), _) if version.starts_with("3.0") => openapi30::read(tree, references, findings),
        (Some(version), _) if version.starts_with("3.1") => openapi31::read(tree, references, findings),
        (None, Some("2.0" | "2")) => swagger20::read(tree, references, findings),
        (Some(version), _) | (None, Some(version)) => {
            let key = if root.get("openapi").is_some() { "openapi" } else { "swagger" };
            let span = root.get(key).map_or(root.span, |node| node.span);
            Err(findings.push(
                Diagnostic::error(codes::NOT_OPENAPI, span, format!("Gantry does not read `{key}: {version}`"))
                    .help("write `openapi: 3.0.3`, `openapi: 3.1.0` or `swagger: '2.0'`"),
            ))
        }
        (None, None) => {
            let span = root.entries().first().map_or(root.span, |entry| entry.key.span);
            Err(findings.push(
                Diagnostic::error(codes::NOT_OPENAPI, span, "the document says neither `openapi` nor `swagger`")
                    .help("start it with `openapi: 3.0.3`"),
            ))
        }
    }
}
