//! The routes of a set of documents, as far as they are compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::access::Access;
use super::properties::Written;
use super::rest::{of_carrier, of_document, of_operation, of_parameter, of_scheme};
use super::steps::{StepFacts, of_assembly};
use crate::assembly;
use crate::base::{Findings, Span};
use crate::load::Load;
use crate::openapi::{Location, Operation, SchemeKind, Security};
use crate::settings::Live;
use crate::source::Environment;

/// The routes by path and method, and the APIs by name.
#[derive(Debug, Default)]
pub struct Served {
    pub(super) routes: BTreeMap<RouteKey, Route>,
    pub(super) apis: BTreeMap<String, ApiFacts>,
    /// The files that documents refer to, by their paths from the documents, with their own paths and texts.
    pub(super) files: BTreeMap<String, (String, Vec<u8>)>,
}

/// Path and method of a route. What the parameters of a path are called makes no other route.
pub(super) type RouteKey = (String, String);

/// An API.
#[derive(Debug)]
pub(super) struct ApiFacts {
    pub version: String,
    pub place: String,
    /// Its properties, its CORS rules and what else its assembly has besides steps.
    pub settings: Written,
    /// The parts of its document that nothing else here has.
    pub rest: Written,
}

/// A route.
#[derive(Debug)]
pub(super) struct Route {
    /// Method and path, as they are written.
    pub name: String,
    pub api: String,
    pub access: Access,
    /// The security schemes that it asks for, by name.
    pub schemes: BTreeMap<String, Written>,
    pub parameters: BTreeMap<String, Asked>,
    /// The parts of its operation that nothing else here has.
    pub rest: Written,
    pub steps: Vec<StepFacts>,
    pub place: String,
}

/// The demands of a route on a parameter.
#[derive(Debug)]
pub(super) struct Asked {
    /// As sentences have it. A parameter of the path is the same one under another name.
    pub name: String,
    pub required: bool,
    pub kind: String,
    /// Everything else about it.
    pub rest: Written,
    pub place: String,
}

impl Served {
    /// The facts of a load.
    pub fn of(load: &Load, settings: &Live, environment: &dyn Environment) -> Self {
        let mut served = Served::default();
        for api in &load.apis {
            // The load has told of mistakes.
            let mut told = Findings::default();
            let found = assembly::find(api, environment, settings.catalog.as_deref(), &load.values, &mut told);
            let place = |span| load.sources.place(span);
            let facts = ApiFacts {
                version: api.version.to_string(),
                place: place(api.tree.root.span),
                settings: of_carrier(api, &place),
                rest: of_document(api, &place),
            };
            served.apis.insert(api.name.to_string(), facts);
            for (index, operation) in api.operations.iter().enumerate() {
                let assembly = found.by_operation[index].ok().map(|index| &found.all[index]);
                let steps = assembly.map(|assembly| of_assembly(assembly, &place)).unwrap_or_default();
                let method = operation.verb.as_ref().map_or("any", |method| method.as_str());
                let path = format!("{}{}", api.base_path, operation.path);
                let route = Route {
                    name: format!("{method} {path}"),
                    api: api.name.to_string(),
                    access: Access::of(&found.security[index]),
                    schemes: schemes(&found.security[index], &place),
                    rest: of_operation(operation, &place),
                    parameters: parameters(operation, &place),
                    steps,
                    place: place(operation.span),
                };
                served.routes.insert((without_names(&path), method.to_owned()), route);
            }
        }
        served.files = files(load);
        served
    }
}

/// The texts of the files that documents refer to.
fn files(load: &Load) -> BTreeMap<String, (String, Vec<u8>)> {
    let folders: Vec<&Path> = load.documents.iter().filter_map(|document| document.parent()).collect();
    let referred = load.referred.iter().filter(|path| !load.documents.contains(path));
    let read = |path: &PathBuf| {
        let name = folders
            .iter()
            .filter_map(|folder| path.strip_prefix(folder).ok())
            .max_by_key(|name| name.as_os_str().len());
        let name = name.unwrap_or(path).display().to_string();
        Some((name, (path.display().to_string(), std::fs::read(path).ok()?)))
    };
    referred.filter_map(read).collect()
}

/// The schemes of a route, without those that are not there.
fn schemes(security: &Security, place: &dyn Fn(Span) -> String) -> BTreeMap<String, Written> {
    let demands = security.alternatives.iter().flatten();
    let there = demands.filter(|demand| demand.scheme.kind != SchemeKind::Undeclared);
    there
        .map(|demand| {
            let scheme = &demand.scheme;
            (scheme.name.to_string(), of_scheme(&scheme.node, scheme.kind.is_application(), place))
        })
        .collect()
}

/// A path without the names of its parameters.
fn without_names(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let greedy = if name.starts_with('+') || name.ends_with('+') { "+" } else { "" };
        format!("{whole}{{{greedy}}}{rest}")
    })
}

fn parameters(operation: &Operation, place: &dyn Fn(Span) -> String) -> BTreeMap<String, Asked> {
    let sent = |location| match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::FormData => "form",
        Location::Body => "body",
    };
    let (all, names) = (operation.parameters.iter(), operation.path.parameters());
    all.map(|one| {
        let name = format!("{} parameter `{}`", sent(one.location), one.name);
        let kind = one.node.get("schema").unwrap_or(&one.node).get("type").and_then(|kind| kind.text());
        let in_path = names.iter().position(|name| *name == one.name).filter(|_| one.location == Location::Path);
        let key = in_path.map_or_else(|| name.clone(), |number| format!("path {number}"));
        let asked = Asked {
            name,
            required: one.required,
            kind: kind.unwrap_or_default().to_owned(),
            rest: of_parameter(&one.node, place),
            place: place(one.span),
        };
        (key, asked)
    })
    .collect()
}
