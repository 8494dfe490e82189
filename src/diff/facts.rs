//! The routes of a set of documents, as far as they are compared.

use std::collections::BTreeMap;

use super::access::Access;
use super::properties::{Written, of_carrier};
use super::steps::{StepFacts, of_assembly};
use crate::assembly;
use crate::base::Findings;
use crate::load::Load;
use crate::openapi::{Location, Operation};
use crate::settings::Live;
use crate::source::Environment;

/// The routes by path and method, and the APIs by name.
#[derive(Debug, Default)]
pub struct Served {
    pub(super) routes: BTreeMap<RouteKey, Route>,
    pub(super) apis: BTreeMap<String, ApiFacts>,
}

/// Path and method of a route. What the parameters of a path are called makes no other route.
pub(super) type RouteKey = (String, String);

/// An API.
#[derive(Debug)]
pub(super) struct ApiFacts {
    pub version: String,
    pub place: String,
    /// Its properties and its CORS rules.
    pub settings: Written,
}

/// A route.
#[derive(Debug)]
pub(super) struct Route {
    /// Method and path, as they are written.
    pub name: String,
    pub api: String,
    pub access: Access,
    pub parameters: BTreeMap<String, Asked>,
    pub steps: Vec<StepFacts>,
    pub place: String,
}

/// The demands of a route on a parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub required: bool,
    pub kind: String,
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
            let settings = of_carrier(api, &place);
            let start = place(api.tree.root.span);
            served
                .apis
                .insert(api.name.to_string(), ApiFacts { version: api.version.to_string(), place: start, settings });
            for (index, operation) in api.operations.iter().enumerate() {
                let assembly = found.by_operation[index].ok().map(|index| &found.all[index]);
                let steps = assembly.map(|assembly| of_assembly(assembly, &place)).unwrap_or_default();
                let method = operation.verb.as_ref().map_or("any", |method| method.as_str());
                let path = format!("{}{}", api.base_path, operation.path);
                let route = Route {
                    name: format!("{method} {path}"),
                    api: api.name.to_string(),
                    access: Access::of(&found.security[index]),
                    parameters: parameters(operation, &place),
                    steps,
                    place: place(operation.span),
                };
                served.routes.insert((without_names(&path), method.to_owned()), route);
            }
        }
        served
    }
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

fn parameters(operation: &Operation, place: &dyn Fn(crate::base::Span) -> String) -> BTreeMap<String, Asked> {
    let sent = |location| match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::FormData => "form",
        Location::Body => "body",
    };
    let all = operation.parameters.iter();
    all.map(|one| {
        let name = format!("{} parameter `{}`", sent(one.location), one.name);
        let kind = one.node.get("schema").unwrap_or(&one.node).get("type").and_then(|kind| kind.text());
        let asked = Asked { required: one.required, kind: kind.unwrap_or_default().to_owned(), place: place(one.span) };
        (name, asked)
    })
    .collect()
}
