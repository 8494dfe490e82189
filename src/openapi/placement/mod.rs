//! Keys in OpenAPI's own part of a document that no dialect has, values of another kind than OpenAPI gives them, and references
//! that lead nowhere.
//!
//! Other tools skip an unknown key without a word. A mistyped `security` would then leave an operation open, so a key that
//! decides who may call is an error; the others are warnings.

mod object;
mod objects;
mod rules;
#[cfg(test)]
mod tests;
mod unknown;

use crate::base::{Diagnostic, Findings, codes};
use crate::openapi::carriers::{IBM, OURS};
use crate::source::{Entry, Node, References};
use object::{Holds, Object};

pub(super) use objects::{ANY_METHOD, METHODS};
pub(super) use rules::{parameters_of_the_path, repeated_ids};
pub(super) use unknown::leaves_methods_open;

/// Whether a document comes from IBM's gateways, which serve documents with mistakes that others refuse.
pub(super) fn is_of_ibm(root: &Node) -> bool {
    root.get(OURS).is_none() && IBM.iter().any(|key| root.get(key).is_some())
}

/// Whether a document is an export of AWS API Gateway, which leaves out what OpenAPI asks for.
fn has_integrations(root: &Node) -> bool {
    let items = root.get("paths").map(Node::entries).unwrap_or_default();
    let mut operations = items.iter().flat_map(|item| item.value.entries());
    operations.any(|operation| operation.value.get("x-amazon-apigateway-integration").is_some())
}

/// Reports what is wrong with the keys and references of a document. `is_strict` also reports keys that are missing.
pub(super) fn check(root: &Node, references: &References, is_strict: bool, findings: &mut Findings) {
    let is_export = has_integrations(root);
    let is_served_there = is_of_ibm(root) || is_export;
    let mut walk = Walk { references, is_strict: is_strict && !is_export, is_served_there, findings };
    walk.object(root, &objects::DOCUMENT, None);
}

struct Walk<'a> {
    references: &'a References,
    is_strict: bool,
    /// The gateway that the document comes from serves it with keys that are at wrong places.
    is_served_there: bool,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    /// Checks an object and those in it; `entry` is where it is written.
    fn object(&mut self, node: &Node, object: &'static Object, entry: Option<&Entry>) {
        if node.get("$ref").is_some() && !std::ptr::eq(object, &objects::PATH) {
            self.reference(node);
            return;
        }
        if std::ptr::eq(object, &objects::SCHEMA) {
            rules::schema_type(node, self.findings);
        }
        for child in node.entries() {
            match object.holds(&child.key.text) {
                Some(holds) => self.value(child, holds),
                None if object.has(&child.key.text) => {}
                None => unknown::report(child, object, self.is_served_there, self.findings),
            }
        }
        if self.is_strict {
            self.missing(node, object, entry);
        }
    }

    fn value(&mut self, entry: &Entry, holds: &Holds) {
        let node = &entry.value;
        match holds {
            Holds::One(object) => {
                // `items` of a schema may be a list, and `additionalProperties` is a boolean as often.
                node.items().iter().for_each(|item| self.object(item, object, None));
                self.object(node, object, Some(entry));
                if !std::ptr::eq(*object, &objects::SCHEMA) {
                    self.kind(entry, node.is_mapping(), "a map");
                }
            }
            Holds::Each(object) => {
                node.items().iter().for_each(|item| self.object(item, object, None));
                self.kind(entry, node.is_sequence(), "a list");
            }
            Holds::Named(object) => {
                for child in node.entries() {
                    match child.key.text.starts_with("x-") && !std::ptr::eq(*object, &objects::SCHEMA) {
                        true => unknown::misplaced(child, self.findings),
                        false => self.object(&child.value, object, Some(child)),
                    }
                }
                self.kind(entry, node.is_mapping(), "a map");
            }
        }
    }

    /// A value of another kind is told once, and our own reading of the document tells most of them.
    fn kind(&mut self, entry: &Entry, fits: bool, expected: &str) {
        let node = &entry.value;
        if fits || node.is_null() || self.findings.iter().any(|finding| finding.span == node.span) {
            return;
        }
        let message = format!("`{}` is {}, expected {expected}", entry.key.text, node.kind());
        self.findings.push(Diagnostic::warning(codes::SPEC_MISMATCH, node.span, message));
    }

    /// Keys that OpenAPI asks for and that are not there, nor mistyped.
    fn missing(&mut self, node: &Node, object: &'static Object, entry: Option<&Entry>) {
        if !node.is_mapping() {
            return;
        }
        let span =
            entry.map_or_else(|| node.entries().first().map_or(node.span, |one| one.key.span), |one| one.key.span);
        for key in object.required {
            if node.get(key).is_none() && !unknown::is_mistyped_in(node, key, object) {
                let message = format!("OpenAPI asks for `{key}` in {}, and other tools may refuse this", object.name);
                self.findings
                    .push(Diagnostic::warning(codes::SPEC_MISMATCH, span, message).help(format!("add `{key}`")));
            }
        }
    }

    /// Warns of a reference without a target. The reader that needs the target refuses the document.
    fn reference(&mut self, node: &Node) {
        let text = node.get("$ref").and_then(Node::text).unwrap_or_default();
        // An anchor is looked up by the schema, and nothing is fetched.
        let is_anchor = text.starts_with('#') && text.len() > 1 && !text.starts_with("#/");
        if is_anchor || text.contains("://") {
            return;
        }
        if let Err(bad) = self.references.resolve(node) {
            let finding = Diagnostic::from(bad);
            self.findings.push(finding.softened("what needs it has nothing to go by"));
        }
    }
}
