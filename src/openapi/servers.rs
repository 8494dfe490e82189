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
    if !url.contains("://") && looks_like_host(&url) {
        let message = format!("`{url}` has no scheme, so all of it is a path");
        findings
            .push(Diagnostic::warning(codes::BAD_OPENAPI, node.span, message).help(format!("write `https://{url}`")));
    }
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

/// `api.example.com/v1`, `localhost:8080`: a path whose first segment is a host.
fn looks_like_host(url: &str) -> bool {
    let first = url.split('/').next().unwrap_or_default();
    let (host, port) = first.split_once(':').map_or((first, None), |(host, port)| (host, Some(port)));
    let has_port = port.is_some_and(|port| port.parse::<u16>().is_ok());
    has_port || (host.contains('.') && host.trim_start_matches('.').len() == host.len() && !host.ends_with('.'))
}
