//! Swagger 2.0: `basePath`, body and form parameters.

use super::{Api, Dialect, document};
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::{References, Tree};

/// Reads a Swagger 2.0 document.
pub(super) fn read(tree: &Tree, references: References, findings: &mut Findings) -> Result<Api, Reported> {
    let base = tree.root.get("basePath").and_then(|node| node.text().map(|text| (text, node.span)));
    let (base_path, span) = base.unwrap_or(("/", tree.root.span));
    if !base_path.starts_with('/') {
        let message = format!("the base path `{base_path}` does not start with `/`");
        findings
            .push(Diagnostic::error(codes::BAD_OPENAPI, span, message).help(format!("write `basePath: /{base_path}`")));
    }
    Ok(document::api(tree, Dialect::Swagger20, base_path, references, findings))
}
