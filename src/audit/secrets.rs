//! Secrets that are written into a document. What is found is never shown.

use std::sync::LazyLock;

use regex::Regex;

use super::subject::Subject;
use crate::assembly::IBM;
use crate::base::{Diagnostic, Findings, codes};
use crate::source::{Content, Entry, Node, Scalar, kebab_case};

/// The names of keys that hold secrets.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "secret",
    "client-secret",
    "aws-secret-access-key",
    "aws-session-token",
    "api-key",
    "apikey",
    "private-key",
    "access-token",
    "auth-token",
    "bearer-token",
];

/// The forms of secrets, wherever they are.
static LOOKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x) \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                          # an access key of AWS
        | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY-----
        | "(?:d|k)"\s*:\s*"[A-Za-z0-9_-]{16,}"                          # the private part of a JWK
        | \beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}  # a token
        | \b(?:Basic|Bearer)\ +[A-Za-z0-9+/=_.-]{16,}"#,
    )
    .ok()
});

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for carrier in ["x-assembly"].into_iter().chain(IBM) {
        if let Some(node) = subject.api.tree.root.get(carrier) {
            below(node, findings);
        }
    }
    for operation in &subject.api.operations {
        for node in [&operation.node, &operation.path_item] {
            node.get("x-assembly").into_iter().for_each(|own| below(own, findings));
        }
    }
}

fn below(node: &Node, findings: &mut Findings) {
    if let Content::Scalar(scalar) = &node.content
        && !scalar.masked
        && LOOKS.as_ref().is_some_and(|looks| looks.is_match(&scalar.text))
    {
        report(node, findings);
    }
    for Entry { key, value } in node.entries() {
        let name = kebab_case(&key.text);
        let is_named = NAMES.iter().any(|known| name == *known || name.ends_with(&format!("-{known}")));
        // A property of the API has its value one level further down, where IBM's documents keep it.
        let written = value.get("value").unwrap_or(value);
        if is_named && is_literal(written) {
            report(written, findings);
        }
        below(value, findings);
    }
    node.items().iter().for_each(|item| below(item, findings));
}

/// Text that is there for everybody to read.
fn is_literal(node: &Node) -> bool {
    match &node.content {
        Content::Scalar(Scalar { text, .. }) => {
            let taken = text.contains("$(") || text.contains("${");
            !node.is_null() && !text.trim().is_empty() && !taken && !matches!(&**text, "true" | "false")
        }
        _ => false,
    }
}

fn report(node: &Node, findings: &mut Findings) {
    let help =
        "take it from the environment with `${NAME}`, from a file with `${file:…}`, or from an object of the settings";
    let message = "a secret is written into the document";
    findings.push(Diagnostic::error(codes::LITERAL_SECRET, node.span, message).help(help));
}
