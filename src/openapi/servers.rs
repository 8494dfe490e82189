//! The base path of OpenAPI 3 documents: the path of the first server's URL.

use crate::base::{Diagnostic, Findings, codes};
use crate::source::Node;

/// The path of `servers[0].url`, its variables replaced by their defaults; empty without servers.
pub(super) fn base_path(root: &Node, findings: &mut Findings) -> String {
    let Some(server) = root.get("servers").and_then(|servers| servers.items().first()) else { return String::new() };
    let Some(node) = server.get("url") else { return String::new() };
    let mut url = node.text().unwrap_or_default().to_owned();
    for variable in server.get("variables").map(Node::entries).unwrap_or_default() {
        let default = variable.value.get("default").and_then(Node::text).unwrap_or_default();
        url = url.replace(&format!("{{{}}}", variable.key.text), default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => &url,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.contains(['{', '}']) {
        let message = "the path of the first server's URL has a variable without a default";
        findings.push(Diagnostic::error(codes::BAD_OPENAPI, node.span, message));
    }
    match path.trim_end_matches('/') {
        "" | "." => String::new(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/{}", path.trim_start_matches("./")),
    }
}
