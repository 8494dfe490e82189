//! Documents to a snapshot: names to slots, configurations to steps, steps to ops.
//!
//! Every finding of every document is collected; a snapshot only comes out when none of them is an error.

mod assembler;
mod at_run_time;
mod custom;
mod flow;
mod likely_mistakes;
mod parts;
mod raises;
mod snapshot;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use http::{HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::assembly::{self, Assemblies, Carrier, IBM, Values, WithoutAssemblies};
use crate::base::{Findings, Reported, codes};
use crate::identity::{Guard, not_enforced};
use crate::openapi::{Api, Demand, Location, Operation, ParameterType, Part, SchemeKind, Security, Segment};
use crate::policy::SharedParts;
use crate::runtime::{ApiInfo, ClientDemand, DeclaredParameter, Document, OperationInfo, Pipeline, Route};
use crate::settings::Live;
use crate::source::Node;
use crate::value::Value;

pub use assembler::compile_assembly;
pub use snapshot::{CompiledApi, SnapshotBuilder, served_from};

/// Compiles one API.
pub fn compile_api(shared: SharedParts<'_>, values: &Values, findings: &mut Findings) -> CompiledApi {
    let api = shared.api;
    let mut found = assembly::find(api, shared.environment, shared.settings.catalog.as_deref(), values, findings);
    // IBM's gateways find out at run time, and only the operation that asks for it is lost.
    let is_ibm = assembly::root_carrier(&api.tree.root).is_some_and(|(_, carrier)| carrier == Carrier::Ibm);
    let around = shared.load_context();
    let guard = Arc::new(Guard::compile(&found.security, &found.properties, around, is_ibm, findings));
    let shared = SharedParts { guard: Some(&guard), ..shared };
    let verbs = verbs_by_shape(api, &found);
    let exported: Vec<bool> = found.all.iter().map(|one| one.carrier == Carrier::Amazon).collect();
    let is_rest_export = assembly::is_rest_export(api);
    // An assembly goes as soon as its pipeline is made: thousands of both at once are what a load needs most room for.
    let assemblies = std::mem::take(&mut found.all).into_iter();
    let pipelines: Vec<Result<Arc<Pipeline>, Reported>> =
        assemblies.map(|one| compile_assembly(&one, &found.properties, shared, findings)).collect();
    let missing = found.missing.take().map(|one| compile_assembly(&one, &found.properties, shared, findings));
    let info = Arc::new(api_info(api, &found, shared.settings));
    let mut routes = Vec::new();
    if pipelines.iter().flatten().any(|pipeline| pipeline.reads_document) {
        // Made now, and not by the first request.
        info.document.value();
    }
    for (number, (operation, index)) in api.operations.iter().zip(&found.by_operation).enumerate() {
        if let Ok(index) = index
            && let Ok(pipeline) = &pipelines[*index]
        {
            let (clients, path_verbs) = (clients(&found.security[number]), verbs_of(&verbs, operation));
            let route = Arc::new(Route {
                verb: operation.verb.clone(),
                // AWS has a method HEAD only where it is written.
                answers_head: operation.verb == Some(Method::GET) && !exported[*index],
                folds_slashes: is_rest_export,
                api: info.clone(),
                operation: Arc::new(OperationInfo { clients, path_verbs, ..operation_info(api, number, operation) }),
                pipeline: pipeline.clone(),
                span: operation.span,
                kept: OnceLock::new(),
            });
            routes.push(route);
        }
    }
    let missing = missing.and_then(Result::ok).map(|pipeline| missing_route(api, &info, pipeline));
    if shared.directory.is_none() {
        nobody_said_who_may_call(&found, shared, findings);
    }
    CompiledApi { info, routes, missing }
}

/// The route of everything below a base path that no other route takes.
fn missing_route(api: &Api, info: &Arc<ApiInfo>, pipeline: Arc<Pipeline>) -> Arc<Route> {
    let full_path = format!("{}/{{+path}}", api.base_path).into();
    let operation = OperationInfo {
        path: "/{+path}".into(),
        any_verb: true,
        is_default: true,
        full_path,
        ..OperationInfo::default()
    };
    Arc::new(Route {
        verb: None,
        answers_head: false,
        folds_slashes: false,
        api: info.clone(),
        operation: Arc::new(operation),
        pipeline,
        span: api.tree.root.span,
        kept: OnceLock::new(),
    })
}

/// A document that asks for applications needs to be told which there are.
fn nobody_said_who_may_call(found: &Assemblies, shared: SharedParts<'_>, findings: &mut Findings) {
    let mut demands = found.security.iter().flat_map(|security| security.alternatives.iter().flatten());
    let Some(demand) = demands.find(|demand| demand.scheme.kind.is_application()) else { return };
    let message = format!(
        "the security scheme `{}` asks for an application, and nobody said which there are",
        demand.scheme.name
    );
    let help =
        "name a file of applications and plans under `clients-file` in the settings; `gantry dev` has one to try with";
    findings.push(not_enforced(shared.load_context(), codes::ENVIRONMENT_OBJECT, demand.span, message).help(help));
}

fn api_info(api: &Api, found: &Assemblies, settings: &Live) -> ApiInfo {
    let root = &api.tree.root;
    let ibm = |key: &str| IBM.iter().find_map(|carrier| root.get(carrier)?.get(key));
    let organization = [("id", &settings.organization.id), ("name", &settings.organization.name)];
    let organization = organization.map(|(name, value)| (name, value.as_deref().map_or(Value::NULL, Value::from)));
    ApiInfo {
        id: format!("{}:{}", api.name, api.version).into(),
        name: api.name.clone(),
        title: api.title.clone(),
        version: api.version.clone(),
        kind: ibm("type").and_then(Node::text).unwrap_or("rest").into(),
        base_path: api.base_path.clone(),
        file: Some(api.tree.path.clone()),
        properties: Value::object(found.properties.iter().map(|one| (one.name.clone(), one.value.clone()))),
        compatibility: ibm("compatibility").map_or(Value::NULL, |switches| Value::from(&switches.to_json())),
        catalog: settings.catalog.as_deref().map(Arc::from),
        organization: match organization.iter().all(|(_, value)| value.is_null()) {
            true => Value::NULL,
            false => Value::object(organization.into_iter().filter(|(_, value)| !value.is_null())),
        },
        document: Document::new(root, &WithoutAssemblies::new(root)),
    }
}

fn operation_info(api: &Api, number: usize, operation: &Operation) -> OperationInfo {
    let required = |location| {
        let parameters = operation.parameters.iter();
        parameters.filter(|one| one.required && one.location == location).map(|one| one.name.clone()).collect()
    };
    // Most paths are what is asked for, letter by letter: one text for all three.
    let full_path = if api.base_path.is_empty() { operation.path.text.clone() } else { path_of(api, operation) };
    let sample_path = sample_path(api, operation);
    let sample_path = if sample_path == *full_path { full_path.clone() } else { sample_path.into() };
    OperationInfo {
        number,
        id: operation.id.clone(),
        path: operation.path.text.clone(),
        any_verb: operation.verb.is_none(),
        path_verbs: None,
        clients: Box::default(),
        is_default: operation.is_default,
        full_path,
        fixed_segments: fixed_segments(api, operation),
        parameters: declared(operation),
        required_query: required(Location::Query),
        required_headers: required(Location::Header),
        sample_path,
    }
}

fn path_of(api: &Api, operation: &Operation) -> Arc<str> {
    format!("{}{}", api.base_path, operation.path).into()
}

/// The segments of the base path and those of the path before its first parameter.
fn fixed_segments(api: &Api, operation: &Operation) -> usize {
    let base = api.base_path.split('/').filter(|segment| !segment.is_empty());
    let own = operation.path.segments.iter().take_while(|segment| matches!(segment, Segment::Static(_)));
    base.count() + own.count()
}

/// The applications that the security requirements ask for, one for each way in; nothing where none asks for any.
fn clients(security: &Security) -> Box<[ClientDemand]> {
    let demand = |alternative: &Vec<Demand>| {
        let mut found = ClientDemand::default();
        for demand in alternative {
            match &demand.scheme.kind {
                SchemeKind::ClientId(place) => found.ids.push(place.clone()),
                SchemeKind::ClientSecret(place) => found.secrets.push(place.clone()),
                _ => {}
            }
        }
        found
    };
    let all: Vec<ClientDemand> = security.alternatives.iter().map(demand).collect();
    if all.iter().all(ClientDemand::is_open) { Box::default() } else { all.into() }
}

fn verbs_of(verbs: &HashMap<String, HeaderValue>, operation: &Operation) -> Option<Box<HeaderValue>> {
    if verbs.is_empty() {
        return None;
    }
    verbs.get(&operation.path.shape()).cloned().map(Box::new)
}

/// The verbs of every path, by its shape, as `Access-Control-Allow-Methods` lists them. Only preflight requests ask.
fn verbs_by_shape(api: &Api, found: &Assemblies) -> HashMap<String, HeaderValue> {
    let mut verbs: HashMap<String, BTreeSet<&str>> = HashMap::new();
    if found.all.iter().all(|assembly| assembly.cors.is_none()) {
        return HashMap::new();
    }
    for operation in &api.operations {
        let of_path = verbs.entry(operation.path.shape()).or_default();
        match &operation.verb {
            Some(verb) => drop(of_path.insert(verb.as_str())),
            None => of_path.extend(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        }
    }
    let listed = |verbs: BTreeSet<&str>| HeaderValue::from_str(&verbs.into_iter().collect::<Vec<_>>().join(", ")).ok();
    verbs.into_iter().filter_map(|(shape, verbs)| Some((shape, listed(verbs)?))).collect()
}

/// The parameters that an operation declares; those of its path declare themselves where it does not.
fn declared(operation: &Operation) -> Box<[DeclaredParameter]> {
    let rest = operation.path.segments.iter().find_map(|segment| match segment {
        Segment::Greedy(name) => Some(name),
        _ => None,
    });
    let mut all: Vec<DeclaredParameter> = Vec::new();
    for one in &operation.parameters {
        // One that takes the rest of the path may be declared with the `+` of its template.
        let bare = one.name.trim_matches('+');
        let greedy = one.location == Location::Path && rest.is_some_and(|rest| **rest == *bare);
        let name = if greedy { bare.into() } else { one.name.clone() };
        all.push(DeclaredParameter { name, location: one.location, kind: one.kind.clone(), greedy });
    }
    for name in operation.path.parameters() {
        if !all.iter().any(|one| one.name == name && one.location == Location::Path) {
            let greedy = rest == Some(&name);
            all.push(DeclaredParameter { name, location: Location::Path, kind: ParameterType::Any, greedy });
        }
    }
    all.into()
}

/// The characters that are encoded in the text of a path.
const IN_PATHS: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@')
    .remove(b'$')
    .remove(b'+')
    .remove(b',')
    .remove(b'*');

/// The path with its parameters' examples, and the required query parameters that have one.
fn sample_path(api: &Api, operation: &Operation) -> String {
    let example = |name: &str| {
        let known = operation.parameters.iter().find(|one| *one.name == *name);
        let text = known.and_then(|one| one.example.as_deref()).unwrap_or("1");
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    };
    let mut path = api.base_path.to_string();
    for segment in &operation.path.segments {
        path.push('/');
        match segment {
            Segment::Static(text) => path.extend(utf8_percent_encode(text, &IN_PATHS)),
            Segment::Parameter(name) | Segment::Greedy(name) => path.push_str(&example(name)),
            Segment::Mixed(parts) => parts.iter().for_each(|part| match part {
                Part::Text(text) => path.extend(utf8_percent_encode(text, &IN_PATHS)),
                Part::Parameter(name) => path.push_str(&example(name)),
            }),
        }
    }
    let required = operation.parameters.iter().filter(|one| one.required && one.location == Location::Query);
    let query: Vec<String> = required.map(|one| format!("{}={}", one.name, example(&one.name))).collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}
