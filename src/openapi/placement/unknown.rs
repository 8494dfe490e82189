//! Keys that no dialect has.

use super::object::Object;
use super::objects::{ANY_METHOD, DOCUMENT, METHODS, PATH, SCHEMA, SECURITY_SCHEME};
use crate::base::{Diagnostic, Findings, Severity, codes, did_you_mean, mistyped, quoted_list};
use crate::openapi::carriers::{IBM, OURS};
use crate::source::{Entry, Node};

/// Extensions of the document that hold an assembly.
const CARRIERS: [&str; 3] = [OURS, IBM[0], IBM[1]];

/// Extensions of AWS API Gateway that decide who may call, or which methods there are.
const GUARDS_OF_AWS: [&str; 7] = [
    ANY_METHOD,
    "x-amazon-apigateway-auth",
    "x-amazon-apigateway-authorizer",
    "x-amazon-apigateway-authtype",
    "x-amazon-apigateway-policy",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-request-validators",
];

/// The other extensions of AWS API Gateway.
const OF_AWS: [&str; 14] = [
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-binary-media-types",
    "x-amazon-apigateway-cors",
    "x-amazon-apigateway-documentation",
    "x-amazon-apigateway-endpoint-access-mode",
    "x-amazon-apigateway-endpoint-configuration",
    "x-amazon-apigateway-gateway-responses",
    "x-amazon-apigateway-importexport-version",
    "x-amazon-apigateway-integration",
    "x-amazon-apigateway-integrations",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-security-policy",
    "x-amazon-apigateway-tag-value",
    "x-amazon-apigateway-tls-policy",
];

/// Keys of OpenAPI that decide who may call.
const GUARDS: [&str; 4] = ["security", "securityDefinitions", "securitySchemes", "paths"];

/// Reports a key that an object does not have.
pub(super) fn report(entry: &Entry, object: &'static Object, is_served_there: bool, findings: &mut Findings) {
    let key = &*entry.key.text;
    if key.starts_with("x-") {
        extension(entry, object, findings);
    } else if object.takes_assembly && is_near(key, OURS) {
        findings.push(ignored(entry, object, Severity::Error, &[OURS]));
    } else if key == "security" && !std::ptr::eq(object, &SCHEMA) {
        let message = format!("{} has no key `security`, so this protects nothing", object.name);
        let help = "write it at the operations, or at the document for all of them";
        let finding = Diagnostic::error(codes::MISPLACED_KEY, entry.key.span, message).help(help);
        // The origin serves the operations as they are.
        let severity = if is_served_there { Severity::Warning } else { Severity::Error };
        findings.push(Diagnostic { severity, ..finding });
    } else {
        let near = mistyped(key, object.names().filter(|name| *name != "$ref"));
        let decides = near.iter().any(|near| decides(near, entry, object));
        match (near.as_slice(), decides) {
            // Schemas take keys of their authors.
            ([], _) if std::ptr::eq(object, &SCHEMA) => {}
            (near, true) => drop(findings.push(ignored(entry, object, Severity::Error, near))),
            (near, false) => drop(findings.push(ignored(entry, object, Severity::Warning, near))),
        }
    }
}

/// Whether a key of OpenAPI decides who may call.
fn decides(key: &str, entry: &Entry, object: &'static Object) -> bool {
    let is_method = std::ptr::eq(object, &PATH) && METHODS.contains(&key) && entry.value.is_mapping();
    let is_of_scheme = std::ptr::eq(object, &SECURITY_SCHEME) && ["type", "in", "name", "scheme"].contains(&key);
    is_method || GUARDS.contains(&key) || is_of_scheme
}

fn ignored(entry: &Entry, object: &'static Object, severity: Severity, near: &[&str]) -> Diagnostic {
    let message = format!("{} has no key `{}`, so this is ignored", object.name, entry.key.text);
    let finding = Diagnostic { severity, ..Diagnostic::error(codes::MISPLACED_KEY, entry.key.span, message) };
    match near {
        [] if std::ptr::eq(object, &PATH) => finding.help(format!("the methods are {}", quoted_list(&METHODS))),
        [] => finding.help("remove it, or let its name start with `x-`"),
        near => finding.help(did_you_mean(near)),
    }
}

/// Extensions are anybody's: only one that is nearly one of those that are read is a finding.
fn extension(entry: &Entry, object: &'static Object, findings: &mut Findings) {
    let key = &*entry.key.text;
    if !object.takes_assembly {
        return misplaced(entry, findings);
    }
    let carriers = if std::ptr::eq(object, &DOCUMENT) { &CARRIERS[..] } else { &CARRIERS[..1] };
    let known = carriers.iter().chain(&GUARDS_OF_AWS).chain(&OF_AWS).copied();
    if known.clone().any(|name| name == key) {
        return;
    }
    let near = mistyped(key, known);
    if let Some(first) = near.first() {
        let decides = carriers.contains(first) || GUARDS_OF_AWS.contains(first);
        let severity = if decides { Severity::Error } else { Severity::Warning };
        findings.push(ignored(entry, object, severity, &near));
    }
}

/// Reports an `x-assembly` where none is read.
pub(super) fn misplaced(entry: &Entry, findings: &mut Findings) {
    if is_near(&entry.key.text, OURS) {
        let message = format!("`{}` is not read here, so its steps never run", entry.key.text);
        let help = "`x-assembly` belongs to an operation, a path or the document";
        findings.push(Diagnostic::error(codes::MISPLACED_KEY, entry.key.span, message).help(help));
    }
}

fn is_near(key: &str, name: &str) -> bool {
    !mistyped(key, [name]).is_empty()
}

/// Whether a map has an unknown key that is nearly this one.
pub(super) fn is_mistyped_in(node: &Node, key: &str, object: &Object) -> bool {
    node.entries().iter().any(|entry| !object.has(&entry.key.text) && is_near(&entry.key.text, key))
}

/// Whether a path has a key that may have been meant as a method, or as an assembly: then nothing says which methods it has.
pub(crate) fn leaves_methods_open(path: &Node) -> bool {
    path.entries().iter().any(|entry| {
        let key = &*entry.key.text;
        let is_known = PATH.has(key) || key == OURS;
        !is_known && (!key.starts_with("x-") || is_near(key, OURS) || is_near(key, ANY_METHOD))
    })
}

#[cfg(test)]
mod tests {
    use super::super::objects::OPERATION;
    use super::*;

    #[test]
    fn no_key_of_an_object_is_nearly_another_one_that_decides() {
        for object in [&DOCUMENT, &OPERATION] {
            for key in object.names().filter(|key| !GUARDS.contains(key)) {
                assert!(mistyped(key, GUARDS).is_empty(), "{key}");
            }
        }
    }
}
