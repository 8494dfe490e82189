//! Everything in a document that no other part compares: nothing that may change an answer is left out.

use super::changes::Topic;
use super::properties::{Written, written};
use crate::assembly::IBM;
use crate::base::Span;
use crate::openapi::{Api, OURS, Operation};
use crate::source::Node;

/// Keys that only people read.
const DOCUMENTATION: [&str; 11] = [
    "description",
    "summary",
    "title",
    "example",
    "examples",
    "x-example",
    "tags",
    "contact",
    "license",
    "externalDocs",
    "termsOfService",
];

/// Maps whose keys are names, such as the properties of a schema.
const NAMED: [&str; 19] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "schemas",
    "parameters",
    "responses",
    "requestBodies",
    "headers",
    "callbacks",
    "links",
    "pathItems",
    "variables",
    "content",
    "encoding",
    "mapping",
    "paths",
    "webhooks",
];

/// Values in which every key counts.
const VALUES: [&str; 3] = ["default", "enum", "const"];

/// Lists of steps, which are compared as steps.
const STEPS: [&str; 3] = ["execute", "catch", "finally"];

/// The rest of a document, without its routes.
pub(super) fn of_document(api: &Api, place: &dyn Fn(Span) -> String) -> Written {
    let skip = |at: &str, key: &str, _: &Node| match at {
        "" => is_carrier(key) || matches!(key, "paths" | "security" | "securityDefinitions" | "parameters"),
        "components" => matches!(key, "securitySchemes" | "parameters"),
        "info" => matches!(key, "title" | "version" | "x-ibm-name"),
        _ => false,
    };
    let mut all = written(&api.tree.root, &|at, key, node| skip(at, key, node) || is_documentation(at, key), place);
    if let Some(template) = &api.template {
        // The document itself is compared on its own.
        let is_document = |node: &Node| node.span == api.tree.root.span;
        let around = written(&template.root, &|at, key, node| is_document(node) || is_documentation(at, key), place);
        all.extend(around.into_iter().map(|(pointer, value)| (format!("template/{pointer}"), value)));
    }
    all
}

/// The settings of the document's own assembly, without its steps.
pub(super) fn of_carrier(api: &Api, place: &dyn Fn(Span) -> String) -> Written {
    let carrier = [OURS].into_iter().chain(IBM).find_map(|name| api.tree.root.get(name));
    let skip = |at: &str, key: &str, node: &Node| {
        is_steps(at, key, node) || (at.is_empty() && matches!(key, "title" | "description"))
    };
    carrier.map(|carrier| written(carrier, &skip, place)).unwrap_or_default()
}

/// The rest of a route: of its operation and of the path item around it.
pub(super) fn of_operation(operation: &Operation, place: &dyn Fn(Span) -> String) -> Written {
    let own = |at: &str, key: &str, node: &Node| {
        is_documentation(at, key)
            || is_steps(at, key, node)
            || (at.is_empty() && matches!(key, "parameters" | "security"))
    };
    let mut all = match operation.verb {
        Some(_) => written(&operation.node, &own, place),
        None => Written::new(),
    };
    let around =
        written(&operation.path_item, &|at, key, node| own(at, key, node) || (at.is_empty() && is_method(key)), place);
    all.extend(around.into_iter().map(|(pointer, value)| (format!("path/{pointer}"), value)));
    all
}

/// The parts of a parameter that are not told in words.
pub(super) fn of_parameter(node: &Node, place: &dyn Fn(Span) -> String) -> Written {
    let told = |at: &str, key: &str| match at {
        "" => matches!(key, "name" | "in" | "required" | "type"),
        "schema" => key == "type",
        _ => false,
    };
    written(node, &|at, key, _| told(at, key) || is_documentation(at, key), place)
}

/// A security scheme, without what [`Access`](super::access::Access) has in words.
pub(super) fn of_scheme(node: &Node, is_key: bool, place: &dyn Fn(Span) -> String) -> Written {
    let told = |at: &str, key: &str| is_key && at.is_empty() && matches!(key, "in" | "name");
    written(node, &|at, key, _| told(at, key) || is_documentation(at, key), place)
}

/// The topic of a part: schemas and bodies are of what callers send.
pub(super) fn topic(pointer: &str) -> Topic {
    let sent = ["components/schemas/", "definitions/", "components/requestBodies/", "requestBody/"];
    let is_sent = sent.iter().any(|start| pointer.starts_with(start));
    if is_sent { Topic::Parameters } else { Topic::Rest }
}

fn is_carrier(key: &str) -> bool {
    key == OURS || IBM.contains(&key)
}

fn is_method(key: &str) -> bool {
    const METHODS: [&str; 9] =
        ["get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method"];
    METHODS.contains(&key)
}

/// Whether a key holds steps of an assembly: below its extension, or below `assembly` in there.
fn is_steps(at: &str, key: &str, node: &Node) -> bool {
    let is_within = at.is_empty() || at == "assembly" || at.ends_with("/assembly") || is_carrier(at);
    is_within && STEPS.contains(&key) && node.is_sequence()
}

fn is_documentation(at: &str, key: &str) -> bool {
    let parent = at.rsplit('/').next().unwrap_or_default();
    let counts = at.split('/').any(|part| VALUES.contains(&part) || part.starts_with("x-"));
    DOCUMENTATION.contains(&key) && !NAMED.contains(&parent) && !counts
}
