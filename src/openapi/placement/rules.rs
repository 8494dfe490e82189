//! Rules between the parts of a document.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::base::{Diagnostic, Findings, Span, codes, did_you_mean, mistyped, quoted_list};
use crate::openapi::{Location, Operation, Parameter, PathTemplate};
use crate::source::Node;

/// The types of JSON Schema; `file` is Swagger 2.0's.
const TYPES: [&str; 8] = ["string", "number", "integer", "boolean", "array", "object", "null", "file"];

/// Reports a type that is none.
pub(super) fn schema_type(schema: &Node, findings: &mut Findings) {
    let Some(written) = schema.get("type") else { return };
    let names = std::iter::once(written).chain(written.items());
    for (node, name) in names.filter_map(|node| Some((node, node.text()?))) {
        if TYPES.contains(&name) {
            continue;
        }
        let help = match mistyped(name, TYPES).as_slice() {
            [] => format!("the types are {}", quoted_list(&TYPES[..7])).into(),
            near => did_you_mean(near),
        };
        let message = format!("there is no type `{name}` of values, so no value fits it");
        findings.push(Diagnostic::warning(codes::SPEC_MISMATCH, node.span, message).help(help));
    }
}

/// Reports path parameters that the path does not have: no request sends them.
pub(crate) fn parameters_of_the_path(path: &PathTemplate, all: &[Parameter], findings: &mut Findings) {
    let names = path.parameters();
    let of_path = all.iter().filter(|parameter| parameter.location == Location::Path);
    // Some write the name with its `+`.
    let is_there = |name: &str| names.iter().any(|known| **known == *name.trim_matches('+'));
    for parameter in of_path.filter(|parameter| !is_there(&parameter.name)) {
        let message = format!("the path `{path}` has no parameter `{}`", parameter.name);
        let near = mistyped(&parameter.name, names.iter().map(|name| &**name));
        let help = match near.as_slice() {
            [] => format!("write `{{{}}}` in the path, or remove the parameter", parameter.name).into(),
            near => did_you_mean(near),
        };
        let span = parameter.node.get("name").map_or(parameter.span, |name| name.span);
        findings.push(Diagnostic::warning(codes::SPEC_MISMATCH, span, message).help(help));
    }
}

/// Reports ids that two operations have.
pub(crate) fn repeated_ids(operations: &[Operation], findings: &mut Findings) {
    let mut first: HashMap<Arc<str>, Span> = HashMap::new();
    for operation in operations {
        let (Some(id), Some(node)) = (&operation.id, operation.node.get("operationId")) else { continue };
        match first.entry(id.clone()) {
            Entry::Vacant(place) => drop(place.insert(node.span)),
            // A path that others refer to has its operations once.
            Entry::Occupied(known) if *known.get() == node.span => {}
            Entry::Occupied(known) => {
                let message = format!("two operations have the id `{id}`, and an id is for one");
                let finding = Diagnostic::warning(codes::SPEC_MISMATCH, node.span, message);
                findings.push(finding.label(*known.get(), "first here"));
            }
        }
    }
}
