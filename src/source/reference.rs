//! `$ref` inside a document.

use super::Node;
use crate::diagnostics::{Diagnostic, Findings, codes};

/// A chain of references this long is a circle.
const MAX_HOPS: usize = 32;

/// The node that `node` stands for: itself, or what its `$ref` points to. `None` means that a finding says why not.
pub fn resolve<'a>(root: &'a Node, node: &'a Node, findings: &mut Findings) -> Option<&'a Node> {
    let mut current = node;
    for _ in 0..MAX_HOPS {
        let Some(reference) = current.get("$ref") else { return Some(current) };
        let Some(text) = reference.text() else {
            findings.push(Diagnostic::error(codes::UNRESOLVED_REF, reference.span, "a `$ref` is a text"));
            return None;
        };
        let Some(pointer) = text.strip_prefix('#') else {
            let message = format!("`{text}` is in another file, and only references inside the document are followed");
            findings.push(
                Diagnostic::error(codes::UNRESOLVED_REF, reference.span, message)
                    .help("move the target into this document and write `#/…`"),
            );
            return None;
        };
        let decoded = percent_encoding::percent_decode_str(pointer).decode_utf8_lossy();
        match root.pointer(&decoded) {
            Some(target) => current = target,
            None => {
                let message = format!("`{text}` points nowhere in this document");
                findings.push(Diagnostic::error(codes::UNRESOLVED_REF, reference.span, message));
                return None;
            }
        }
    }
    findings.push(Diagnostic::error(codes::UNRESOLVED_REF, node.span, "this `$ref` leads back to itself"));
    None
}
