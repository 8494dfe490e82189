//! The assemblies of a document, and which operation gets which.

use std::collections::HashMap;
use std::sync::Arc;

use super::extensions::{Carrier, IBM, OURS};
use super::parse::{catch_list, of_carrier};
use super::properties::{Property, properties};
use super::{AllowedHosts, Assembly, Catch, Cors, Step, Values, allowed_hosts, amazon, steps, unenforced};
use crate::base::{
    Diagnostic, Findings, Generation, Reported, Severity, Span, codes, did_you_mean, nearest, quoted_list,
};
use crate::openapi::{Api, Operation, SchemeKind, Security};
use crate::source::{Entry, Environment, Node};

const SETTINGS: [&str; 10] = [
    "execute",
    "catch",
    "finally",
    "properties",
    "catalogs",
    "allowed-hosts",
    "cors",
    "activity-log",
    "buffering",
    "error-format",
];

/// Keys that only the document's own `x-assembly` has.
const OF_THE_DOCUMENT: [&str; 4] = ["properties", "catalogs", "cors", allowed_hosts::KEY];

const UNBUILT: [&str; 2] = ["activity-log", "buffering"];

/// The assemblies of a document.
#[derive(Debug, Clone, Default)]
pub struct Assemblies {
    pub all: Vec<Assembly>,
    /// For every operation of the API, in its order, the index of its assembly.
    pub by_operation: Vec<Result<usize, Reported>>,
    /// The assembly for paths and methods that an export does not have.
    pub missing: Option<Assembly>,
    /// For every operation, what it asks of its callers. What guards an export of AWS is refused where the export is read.
    pub security: Vec<Security>,
    /// The API's properties, by name.
    pub properties: Vec<Property>,
}

/// Finds every assembly of the API.
pub fn find(
    api: &Api,
    environment: &dyn Environment,
    catalog: Option<&str>,
    values: &Values,
    findings: &mut Findings,
) -> Assemblies {
    let root = root_carrier(&api.tree.root);
    let errors = findings.errors();
    AllowedHosts::read(api, environment, findings);
    let mut found = Assemblies::default();
    let mut cors = Ok(None);
    let defaults = match &root {
        Some((entry, carrier)) => {
            found.properties = properties(&entry.value, *carrier, environment, catalog, findings);
            let settings = Settings::read(entry, *carrier, findings);
            cors = Cors::read(&entry.value, *carrier, settings.generation, environment, findings);
            let owner = assembly_node(entry, *carrier);
            found.all.push(settings.assembly(owner, entry.key.span, None, findings));
            Some(settings)
        }
        None => None,
    };
    let export = amazon::Export::of(api, values, findings);
    let mut written: HashMap<Span, usize> =
        found.all.iter().enumerate().map(|(index, assembly)| (assembly.span, index)).collect();
    for operation in &api.operations {
        let own = own_assembly(operation, &mut written, &mut found.all, defaults, findings);
        let of_export = export.as_ref().filter(|_| own.is_none());
        let of_export = match of_export.map_or(Ok(None), |export| export.assembly(operation, findings)) {
            Ok(None) => None,
            Ok(Some(assembly)) => {
                found.all.push(assembly);
                Some(Ok(found.all.len() - 1))
            }
            Err(reported) => Some(Err(reported)),
        };
        let index = own.map(Ok).or(of_export).or(root.as_ref().map(|_| Ok(0)));
        found.by_operation.push(index.unwrap_or_else(|| Err(findings.push(no_assembly(operation)))));
    }
    found.missing = export.as_ref().map(|export| export.of_missing(findings));
    if let Some(cors) = cors.ok().flatten().or_else(|| export.and_then(|export| export.cors)).map(Arc::new) {
        found.all.iter_mut().for_each(|assembly| assembly.cors = Some(cors.clone()));
    }
    // If a block has the wrong shape, its steps are missing for that reason.
    let shapes_are_good = findings.errors() == errors;
    for (operation, index) in api.operations.iter().zip(&found.by_operation) {
        let empty = index.ok().map(|index| &found.all[index]).filter(|assembly| assembly.execute.is_empty());
        if let Some(assembly) = empty.filter(|_| shapes_are_good) {
            findings.push(if assembly.carrier == Carrier::Ibm { empty_flow(assembly) } else { no_assembly(operation) });
        }
    }
    found.security = security(api, &found, findings);
    unenforced::report(api, findings);
    found
}

/// An operation with nothing to run.
fn no_assembly(operation: &Operation) -> Diagnostic {
    let method = operation.verb.as_ref().map_or("any verb", |verb| verb.as_str());
    let message = format!("`{method} {}` has no assembly, so there is nothing to run", operation.path);
    let help = "add `x-assembly` with an `execute` list to the operation, its path or the document";
    Diagnostic::error(codes::NO_ASSEMBLY, operation.span, message).help(help)
}

/// A flow of IBM's gateways without steps.
fn empty_flow(assembly: &Assembly) -> Diagnostic {
    let message = match assembly.raises_for_nothing() {
        true => "this assembly has no steps: every request is answered 500",
        false => "this assembly has no steps: every request is answered with its own body",
    };
    Diagnostic::warning(codes::NO_ASSEMBLY, assembly.span, message).help("add steps to `execute`")
}

/// The security requirements of every operation. A scheme that is not declared is reported only for operations that run something.
fn security(api: &Api, found: &Assemblies, findings: &mut Findings) -> Vec<Security> {
    let mut unheard = Findings::default();
    let of = |(operation, index): (&Operation, &Result<usize, Reported>)| match index
        .ok()
        .map(|index| found.all[index].carrier)
    {
        Some(Carrier::Amazon) if !amazon::guards::are_enforced(api, operation) => Security::default(),
        Some(Carrier::Ibm) => {
            let mut own = Findings::default();
            let security = api.security(operation, &mut own);
            let demands: Vec<_> = security.alternatives.iter().flatten().collect();
            let is_undeclared = |span: Span| {
                demands.iter().any(|demand| demand.scheme.kind == SchemeKind::Undeclared && demand.span == span)
            };
            // A requirement with an undeclared scheme lets no request in, so the other operations are served.
            findings.extend(own.iter().cloned().map(|finding| match is_undeclared(finding.span) {
                true => Diagnostic { severity: Severity::Warning, ..finding },
                false => finding,
            }));
            security
        }
        Some(Carrier::Amazon) => amazon::guards::without_functions(api, api.security(operation, findings)),
        Some(_) => api.security(operation, findings),
        None => amazon::guards::without_functions(api, api.security(operation, &mut unheard)),
    };
    api.operations.iter().zip(&found.by_operation).map(of).collect()
}

/// Whether a document of IBM's says that no gateway is to serve it.
pub fn is_not_enforced(api: &Api) -> bool {
    let says = |key: &&str| api.tree.root.get(key)?.get("enforced")?.text();
    IBM.iter().find_map(says).is_some_and(|text| text == "false")
}

/// Whether the document itself, and not only an operation, has an assembly.
pub fn has_root(root: &Node) -> bool {
    root_carrier(root).is_some_and(|(entry, carrier)| carrier != Carrier::Ibm || has_assembly(&entry))
}

/// The root's carrier: ours before IBM's, which may have no assembly in it.
pub fn root_carrier(root: &Node) -> Option<(&Entry, Carrier)> {
    let ours = root.entry(OURS).map(|entry| (entry, Carrier::XAssembly));
    let of_ibm = || IBM.iter().filter_map(|key| root.entry(key));
    let of_ibm = || of_ibm().find(has_assembly).or_else(|| of_ibm().next()).map(|entry| (entry, Carrier::Ibm));
    ours.or_else(of_ibm)
}

fn has_assembly(entry: &&Entry) -> bool {
    entry.value.get("assembly").is_some()
}

/// The map that holds `execute`.
fn assembly_node(entry: &Entry, carrier: Carrier) -> &Node {
    match carrier {
        Carrier::XAssembly | Carrier::Amazon => &entry.value,
        Carrier::Ibm => entry.value.get("assembly").unwrap_or(&entry.value),
    }
}

/// The assembly that an operation or its path writes: the operation's wins.
fn own_assembly(
    operation: &Operation,
    written: &mut HashMap<Span, usize>,
    all: &mut Vec<Assembly>,
    defaults: Option<Settings>,
    findings: &mut Findings,
) -> Option<usize> {
    let entry = operation.node.entry(OURS).or_else(|| operation.path_item.entry(OURS))?;
    // A path's assembly is there once and its operations share it.
    if let Some(known) = written.get(&entry.key.span) {
        return Some(*known);
    }
    let own = Settings::read(entry, Carrier::XAssembly, findings);
    for key in OF_THE_DOCUMENT {
        if let Some(misplaced) = entry.value.entry(key) {
            let message = format!("`{key}` belongs to the `x-assembly` of the document");
            findings.push(Diagnostic::error(codes::UNKNOWN_PROPERTY, misplaced.key.span, message));
        }
    }
    let settings = Settings { error_format: own.error_format.or(defaults.and_then(|one| one.error_format)), ..own };
    let inherited = defaults.and_then(|_| all.first()).map(|root| (root.catch.clone(), root.finally.clone()));
    let assembly = settings.assembly(&entry.value, entry.key.span, inherited, findings);
    all.push(assembly);
    written.insert(entry.key.span, all.len() - 1);
    Some(all.len() - 1)
}

/// The keys of an assembly other than `execute`.
#[derive(Clone, Copy)]
struct Settings {
    carrier: Carrier,
    generation: Generation,
    error_format: Option<Generation>,
}

impl Settings {
    fn read(entry: &Entry, carrier: Carrier, findings: &mut Findings) -> Self {
        let node = &entry.value;
        let is_nothing = carrier == Carrier::Ibm && node.is_null();
        if !is_nothing && !node.is_mapping() {
            let message = format!("`{}` is {}, expected a map with `execute`", entry.key.text, node.kind());
            findings.push(Diagnostic::error(codes::BAD_ASSEMBLY, node.span, message));
        }
        let generation = match (carrier, node.get("gateway").and_then(Node::text)) {
            (Carrier::XAssembly | Carrier::Amazon, _) => Generation::V10,
            (Carrier::Ibm, Some("datapower-api-gateway" | "datapower-nano-gateway")) => Generation::V10,
            (Carrier::Ibm, _) => Generation::V5,
        };
        if carrier == Carrier::XAssembly {
            unknown_keys(node, findings);
        }
        let error_format = node.get("error-format").and_then(|format| match format.text() {
            Some("v10") => Some(Generation::V10),
            Some("v5") => Some(Generation::V5),
            _ => {
                let message = "`error-format` is something else than `v10` or `v5`";
                findings.push(Diagnostic::error(codes::WRONG_TYPE, format.span, message));
                None
            }
        });
        Settings { carrier, generation, error_format }
    }

    fn assembly(
        self,
        owner: &Node,
        span: Span,
        inherited: Option<(Vec<Catch>, Vec<Step>)>,
        findings: &mut Findings,
    ) -> Assembly {
        let own_catch = owner.get("catch").is_some();
        let own_finally = owner.get("finally").is_some();
        let (inherited_catch, inherited_finally) = inherited.unwrap_or_default();
        let mut own = Findings::default();
        let assembly = Assembly {
            carrier: self.carrier,
            generation: self.generation,
            error_format: self.error_format.unwrap_or(self.generation),
            execute: steps(owner, "execute", &mut own),
            executes_nothing: owner.get("execute").is_some_and(|list| list.is_sequence() && list.items().is_empty()),
            catch: if own_catch { catch_list(owner, &mut own) } else { inherited_catch },
            finally: if own_finally { steps(owner, "finally", &mut own) } else { inherited_finally },
            cors: None,
            span,
        };
        findings.extend(of_carrier(own, self.carrier));
        assembly
    }
}

fn unknown_keys(node: &Node, findings: &mut Findings) {
    for entry in node.entries().iter().filter(|entry| UNBUILT.contains(&&*entry.key.text)) {
        let message = format!("`{}` is known but not built yet", entry.key.text);
        findings.push(Diagnostic::error(codes::UNBUILT_PROPERTY, entry.key.span, message));
    }
    for entry in node.entries().iter().filter(|entry| !SETTINGS.contains(&&*entry.key.text)) {
        let near = nearest(&entry.key.text, SETTINGS);
        let help = match near.as_slice() {
            [] => format!("it has {}", quoted_list(&SETTINGS)).into(),
            near => did_you_mean(near),
        };
        let message = format!("`x-assembly` has no property `{}`", entry.key.text);
        findings.push(Diagnostic::error(codes::UNKNOWN_PROPERTY, entry.key.span, message).help(help));
    }
}
