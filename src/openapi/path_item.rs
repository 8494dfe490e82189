//! Paths, their operations and parameters.

use std::sync::Arc;

use http::Method;

use super::placement::{self, ANY_METHOD, METHODS};
use super::{Operation, Parameter, PathTemplate, parameter, servers};
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{BadReference, Content, Entry, Node, References};

/// Reads paths, operations and parameters.
pub(super) struct Reader<'r> {
    references: &'r References,
    findings: &'r mut Findings,
    /// The document comes from IBM's gateways.
    is_of_ibm: bool,
    /// The document's.
    base_path: &'r str,
}

/// A path and what its operations share.
struct Path<'a> {
    template: &'a PathTemplate,
    item: &'a Node,
    shared: Vec<Parameter>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(root: &Node, base_path: &'r str, references: &'r References, findings: &'r mut Findings) -> Self {
        Reader { references, findings, is_of_ibm: placement::is_of_ibm(root), base_path }
    }

    pub(super) fn operations(&mut self, root: &Node) -> Vec<Operation> {
        let mut operations = Vec::new();
        let Some(paths) = root.get("paths") else { return operations };
        if !paths.is_mapping() && !paths.is_null() {
            self.wrong(paths, format!("`paths` is {}, expected a map", paths.kind()));
        }
        for entry in paths.entries().iter().filter(|entry| !entry.key.text.starts_with("x-")) {
            // AWS writes the route that takes what no other takes without a slash.
            let is_default = &*entry.key.text == "$default";
            match PathTemplate::parse(if is_default { "/$default" } else { &entry.key.text }) {
                Ok(template) => {
                    self.never_matches(entry);
                    self.path_item(entry, &template, &mut operations);
                }
                Err(message) => {
                    let finding = Diagnostic::error(codes::BAD_PATH, entry.key.span, message);
                    self.findings.push(match entry.key.text.starts_with('/') {
                        true => finding,
                        false => finding.help(format!("write `/{}`", entry.key.text)),
                    });
                }
            }
        }
        operations.shrink_to_fit();
        operations
    }

    /// A path whose text looks like more than it is.
    fn never_matches(&mut self, entry: &Entry) {
        let text = &entry.key.text;
        let (message, help) = if text.contains('?') {
            ("a path has no query, so no request matches this one", "declare what is after `?` as query parameters")
        } else if text.contains('#') {
            ("a path has no fragment, so no request matches this one", "remove what is after `#`")
        } else if text.split('/').any(|segment| matches!(segment, "*" | "**")) {
            ("`*` in a path is the character itself", "write `{rest+}` at the end for the rest of the path")
        } else {
            return;
        };
        self.findings.push(Diagnostic::warning(codes::BAD_PATH, entry.key.span, message).help(help));
    }

    fn path_item(&mut self, entry: &Entry, template: &PathTemplate, operations: &mut Vec<Operation>) {
        let item = match self.with_reference(&entry.value) {
            Ok(item) => item,
            Err(bad) => {
                self.findings.push(bad.into());
                return;
            }
        };
        if !item.is_mapping() && !item.is_null() {
            self.wrong(&item, format!("the path `{template}` is {}, expected a map of operations", item.kind()));
            return;
        }
        self.servers(&item, "a path");
        let shared = self.parameters(item.get("parameters"));
        placement::parameters_of_the_path(template, &shared, self.findings);
        let path = Path { template, item: &item, shared };
        let (before, mut has_method) = (operations.len(), false);
        for method in METHODS.into_iter().chain([ANY_METHOD]) {
            let Some(written) = item.entry(method) else { continue };
            has_method = true;
            operations.extend(self.operation(&path, written));
        }
        if operations.len() == before && !has_method && !placement::leaves_methods_open(&item) {
            operations.push(path.operation(None, &item, Vec::new(), entry.key.span));
        }
    }

    /// The path item, with what its `$ref` leads to: keys next to the `$ref` win.
    fn with_reference(&self, written: &Node) -> Result<Node, BadReference> {
        let target = self.references.resolve(written)?;
        let own = || written.entries().iter().filter(|entry| &*entry.key.text != "$ref");
        if written.get("$ref").is_none() || own().next().is_none() {
            return Ok(target.clone());
        }
        let inherited = target.entries().iter().filter(|entry| written.get(&entry.key.text).is_none());
        let content = Content::Mapping(own().chain(inherited).cloned().collect());
        Ok(Node { span: written.span, content })
    }

    fn operation(&mut self, path: &Path<'_>, written: &Entry) -> Option<Operation> {
        let method = &*written.key.text;
        if !written.value.is_mapping() {
            let message =
                format!("the operation `{method} {}` is {}, expected a map", path.template, written.value.kind());
            self.wrong(&written.value, message);
            return None;
        }
        self.servers(&written.value, "an operation");
        let own = self.parameters(written.value.get("parameters"));
        placement::parameters_of_the_path(path.template, &own, self.findings);
        let method = match method {
            ANY_METHOD => None,
            method => Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok(),
        };
        Some(path.operation(method, &written.value, own, written.key.span))
    }

    /// Servers of a part of the document, which would move it to another base path.
    fn servers(&mut self, owner: &Node, name: &str) {
        let Some(entry) = owner.entry("servers").filter(|entry| !entry.value.items().is_empty()) else { return };
        let base_path = servers::base_path(owner, self.findings);
        if base_path != self.base_path.trim_end_matches('/') {
            let message = format!(
                "`servers` of {name} are not read: it is served below the base path of the document, `{}`",
                if self.base_path.is_empty() { "/" } else { self.base_path }
            );
            let help = "write it into a document of its own, with these servers";
            self.findings.push(Diagnostic::warning(codes::NOT_ENFORCED, entry.key.span, message).help(help));
        }
    }

    fn parameters(&mut self, list: Option<&Node>) -> Vec<Parameter> {
        let Some(list) = list else { return Vec::new() };
        if !list.is_sequence() && !list.is_null() {
            self.wrong(list, format!("`parameters` is {}, expected a list", list.kind()));
        }
        list.items().iter().filter_map(|item| self.parameter(item).ok()).collect()
    }

    fn parameter(&mut self, item: &Node) -> Result<Parameter, Reported> {
        match self.references.resolve(item) {
            Ok(item) => parameter::read(item, self.references, self.findings),
            Err(bad) => {
                let finding = Diagnostic::from(bad);
                Err(self.findings.push(match self.is_of_ibm {
                    // Samples of IBM's have such references.
                    true => finding.softened("the parameter is not declared"),
                    false => finding,
                }))
            }
        }
    }

    fn wrong(&mut self, node: &Node, message: String) {
        self.findings.push(Diagnostic::error(codes::BAD_OPENAPI, node.span, message));
    }
}

impl Path<'_> {
    fn operation(&self, verb: Option<Method>, node: &Node, own: Vec<Parameter>, span: Span) -> Operation {
        let replaced = |one: &&Parameter| own.iter().any(|own| own.name == one.name && own.location == one.location);
        let inherited = self.shared.iter().filter(|one| !replaced(one)).cloned();
        Operation {
            path: self.template.clone(),
            verb,
            is_default: false,
            id: node.get("operationId").and_then(Node::text).map(Arc::from),
            parameters: own.iter().cloned().chain(inherited).collect(),
            node: node.clone(),
            path_item: self.item.clone(),
            span,
        }
    }
}
