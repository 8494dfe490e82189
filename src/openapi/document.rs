//! What all dialects share: info, paths, operations, parameters.

use std::sync::Arc;

use http::Method;

use super::{Api, Dialect, Operation, Parameter, PathTemplate, parameter};
use crate::base::{Diagnostic, Findings, Reported, codes, nearest, quoted_list};
use crate::source::{Entry, Node, References, Tree};

/// On a path item: an operation for every verb that has none of its own there.
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

const VERBS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Keys of a document's root that the dialects have.
const ROOT: [&str; 19] = [
    "openapi",
    "swagger",
    "info",
    "paths",
    "servers",
    "components",
    "security",
    "tags",
    "externalDocs",
    "webhooks",
    "jsonSchemaDialect",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "definitions",
    "parameters",
    "responses",
];

/// A key that no dialect knows is ignored by every tool; most likely it is mistyped.
fn unknown_keys(root: &Node, findings: &mut Findings) {
    for entry in root.entries() {
        let key = &*entry.key.text;
        if key.starts_with("x-") || key == "securityDefinitions" || ROOT.contains(&key) {
            continue;
        }
        let near = nearest(key, ROOT);
        if near.is_empty() {
            continue;
        }
        let message = format!("a document has no key `{key}`, so this is ignored");
        let help = format!("did you mean {}?", quoted_list(&near));
        findings.push(Diagnostic::warning(codes::BAD_OPENAPI, entry.key.span, message).help(help));
    }
}

/// Builds the API; `base_path` is what the dialect found.
pub(super) fn api(
    tree: &Tree,
    dialect: Dialect,
    base_path: &str,
    references: References,
    findings: &mut Findings,
) -> Api {
    let root = &tree.root;
    unknown_keys(root, findings);
    let info = |key: &str| root.get("info").and_then(|info| info.get(key)).and_then(Node::text);
    let title = info("title").unwrap_or("untitled");
    let operations = Reader { references: &references, findings }.operations(&tree.root);
    Api {
        tree: tree.clone(),
        references: Arc::new(references),
        dialect,
        name: info("x-ibm-name").unwrap_or(title).into(),
        title: title.into(),
        version: info("version").unwrap_or_default().into(),
        base_path: base_path.trim_end_matches('/').into(),
        operations,
        template: None,
    }
}

/// Reads paths, operations and parameters.
struct Reader<'r> {
    references: &'r References,
    findings: &'r mut Findings,
}

impl Reader<'_> {
    fn operations(&mut self, root: &Node) -> Vec<Operation> {
        let mut operations = Vec::new();
        let Some(paths) = root.get("paths") else { return operations };
        if !paths.is_mapping() && !paths.is_null() {
            self.wrong(paths, format!("`paths` is {}, expected a map", paths.kind()));
        }
        for entry in paths.entries().iter().filter(|entry| !entry.key.text.starts_with("x-")) {
            match PathTemplate::parse(&entry.key.text) {
                Ok(template) => self.path_item(entry, &template, &mut operations),
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

    fn path_item(&mut self, entry: &Entry, path: &PathTemplate, operations: &mut Vec<Operation>) {
        let references = self.references;
        let item = match references.resolve(&entry.value) {
            Ok(item) => item,
            Err(bad) => {
                self.findings.push(bad.into());
                return;
            }
        };
        if !item.is_mapping() && !item.is_null() {
            self.wrong(item, format!("the path `{path}` is {}, expected a map of operations", item.kind()));
            return;
        }
        let shared = self.parameters(item.get("parameters"));
        let operation = |verb, node: &Node, own: Vec<Parameter>, span| {
            let replaced =
                |one: &&Parameter| own.iter().any(|own| own.name == one.name && own.location == one.location);
            let inherited = shared.iter().filter(|one| !replaced(one)).cloned();
            Operation {
                path: path.clone(),
                verb,
                is_default: false,
                id: node.get("operationId").and_then(Node::text).map(Arc::from),
                parameters: own.iter().cloned().chain(inherited).collect(),
                node: node.clone(),
                path_item: item.clone(),
                span,
            }
        };
        let before = operations.len();
        for verb in VERBS {
            let Some(written) = item.entry(verb) else { continue };
            if !written.value.is_mapping() {
                let kind = written.value.kind();
                self.wrong(&written.value, format!("the operation `{verb} {path}` is {kind}, expected a map"));
                continue;
            }
            let own = self.parameters(written.value.get("parameters"));
            let verb = Method::from_bytes(verb.to_ascii_uppercase().as_bytes()).ok();
            operations.push(operation(verb, &written.value, own, written.key.span));
        }
        if let Some(any) = item.entry(ANY_METHOD) {
            if any.value.is_mapping() {
                let own = self.parameters(any.value.get("parameters"));
                operations.push(operation(None, &any.value, own, any.key.span));
            } else {
                let kind = any.value.kind();
                self.wrong(&any.value, format!("the operation `{ANY_METHOD}` of `{path}` is {kind}, expected a map"));
            }
            return;
        }
        if operations.len() == before && !VERBS.iter().any(|verb| item.get(verb).is_some()) {
            operations.push(operation(None, item, Vec::new(), entry.key.span));
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
            Err(bad) => Err(self.findings.push(bad.into())),
        }
    }

    fn wrong(&mut self, node: &Node, message: String) {
        self.findings.push(Diagnostic::error(codes::BAD_OPENAPI, node.span, message));
    }
}
