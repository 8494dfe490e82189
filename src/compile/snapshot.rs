//! The routes of all documents of a load.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use http::{Method, StatusCode};
use indexmap::IndexMap;

use super::raises::Raises;
use crate::base::{Diagnostic, Generation, codes};
use crate::openapi::{Api, PathTemplate};
use crate::runtime::{
    ApiInfo, Conflict, ContextLimits, Fault, FaultSource, Op, OperationInfo, Pipeline, Route, RouteMatch, Router,
    Snapshot, kinds,
};
use crate::settings::{ApiState, Live};

/// An API with its routes.
pub struct CompiledApi {
    pub info: Arc<ApiInfo>,
    pub routes: Vec<Arc<Route>>,
    /// Answers paths and methods below its base path that it does not have; without it the gateway does.
    pub missing: Option<Arc<Route>>,
}

/// Collects the APIs of a load.
#[derive(Default)]
pub struct SnapshotBuilder {
    limits: ContextLimits,
    path_prefix: Option<Box<str>>,
    apis: Vec<CompiledApi>,
    /// Routes whose pipeline only says that their API is left out.
    unavailable: Vec<Arc<Route>>,
}

/// A document whose routes another document has already, by its number among those that were added.
pub struct Overlap {
    pub number: usize,
    pub finding: Diagnostic,
}

impl CompiledApi {
    /// The API without the operations that are stopped, and with those that are suspended answering 503.
    #[must_use]
    pub fn in_states(mut self, states: &IndexMap<String, ApiState>) -> Self {
        let state = |route: &Arc<Route>| {
            let (base, operation) = (&route.api.base_path, &route.operation);
            let named = [&**base, &*operation.full_path, &*operation.path].into_iter().find_map(|key| states.get(key));
            named.copied().unwrap_or_default()
        };
        self.routes.retain(|route| state(route) != ApiState::Stopped);
        for route in self.routes.iter_mut().filter(|route| state(route) == ApiState::Suspended) {
            *route = Arc::new(Route {
                verb: route.verb.clone(),
                answers_head: route.answers_head,
                folds_slashes: route.folds_slashes,
                api: route.api.clone(),
                operation: route.operation.clone(),
                pipeline: unavailable("This API is suspended", Some(&route.pipeline)),
                span: route.span,
                kept: OnceLock::new(),
            });
        }
        self
    }
}

/// A pipeline that only says why, in the form of the one whose place it takes.
fn unavailable(why: &'static str, instead_of: Option<&Pipeline>) -> Arc<Pipeline> {
    let fault = Fault::new(&kinds::RUNTIME, FaultSource::Gateway, why).with_status(StatusCode::SERVICE_UNAVAILABLE);
    let mut pipeline = Pipeline { ops: [Op::Step(Box::new(Raises(fault)))].into(), ..Pipeline::default() };
    if let Some(other) = instead_of {
        (pipeline.generation, pipeline.error_format) = (other.generation, other.error_format);
    }
    Arc::new(pipeline)
}

impl SnapshotBuilder {
    pub fn new(settings: &Live) -> Self {
        let limits = ContextLimits {
            request: settings.requests.timeout.0,
            handlers: settings.requests.handler_timeout.0,
            body_bytes: settings.requests.body_bytes,
        };
        let path_prefix = settings.documents.path_prefix.as_deref().map(Into::into);
        SnapshotBuilder { limits, path_prefix, ..SnapshotBuilder::default() }
    }

    /// Adds an API.
    pub fn add(&mut self, api: CompiledApi) {
        self.apis.push(api);
    }

    /// Answers for an API whose document has errors, at its base path and below it. Routes of others are found before that.
    pub fn add_unavailable(&mut self, api: &Api) {
        let info = Arc::new(ApiInfo {
            id: format!("{}:{}", api.name, api.version).into(),
            name: api.name.clone(),
            title: api.title.clone(),
            version: api.version.clone(),
            base_path: api.base_path.clone(),
            file: Some(api.tree.path.clone()),
            ..ApiInfo::default()
        });
        let pipeline = unavailable("This API is not available at the moment: its document cannot be served", None);
        for path in ["", "/{+path}"] {
            let full_path = format!("{}{path}", api.base_path).into();
            let operation = OperationInfo { path: path.into(), any_verb: true, full_path, ..OperationInfo::default() };
            self.unavailable.push(Arc::new(Route {
                verb: None,
                answers_head: false,
                folds_slashes: false,
                api: info.clone(),
                operation: Arc::new(operation),
                pipeline: pipeline.clone(),
                span: api.tree.root.span,
                kept: OnceLock::new(),
            }));
        }
    }

    /// The snapshot of what was added, without the APIs of these numbers; and the APIs with routes that an API before them has.
    pub fn build(&self, without: &HashSet<usize>) -> (Snapshot, Vec<Overlap>) {
        let mut snapshot =
            Snapshot { limits: self.limits, path_prefix: self.path_prefix.clone(), ..Snapshot::default() };
        let apis = self.apis.iter().enumerate().filter(|(number, _)| !without.contains(number));
        let (mut slashed, mut overlaps) = (Vec::new(), Vec::new());
        for (number, api) in apis {
            for route in &api.routes {
                if route.pipeline.generation == Generation::V5 {
                    slashed.push(route);
                }
                match insert(&mut snapshot.routes, route) {
                    Ok(()) => snapshot.all.push(route.clone()),
                    Err(finding) => overlaps.push(Overlap { number, finding: *finding }),
                }
            }
            snapshot.apis.push(api.info.clone());
        }
        for route in slashed {
            let path = format!("{}/", route.operation.full_path.trim_end_matches('/'));
            // A path that an author wrote with its slash is already there, and stays.
            drop(insert_at(&mut snapshot.routes, &path, route));
        }
        for route in snapshot.all.iter().filter(|route| route.folds_slashes) {
            snapshot.folds_slashes = true;
            let path = route.operation.full_path.trim_end_matches('/');
            if path != &*route.operation.full_path && !path.is_empty() {
                drop(insert_at(&mut snapshot.routes, path, route));
            }
        }
        self.missing(&mut snapshot, without);
        for route in &self.unavailable {
            drop(insert_at(&mut snapshot.routes, &route.operation.full_path, route));
        }
        let is_v5 = |route: &Arc<Route>| route.pipeline.generation == Generation::V5;
        snapshot.is_v5 = !snapshot.all.is_empty() && snapshot.all.iter().all(is_v5);
        (snapshot, overlaps)
    }

    /// Adds the answers for what APIs do not have. An API that leaves this to the gateway does so below its own base path, also
    /// where that is inside another one's.
    fn missing(&self, snapshot: &mut Snapshot, without: &HashSet<usize>) {
        let apis = || self.apis.iter().enumerate().filter(|(number, _)| !without.contains(number)).map(|(_, api)| api);
        if apis().all(|api| api.missing.is_none()) {
            return;
        }
        let (own, plain): (Vec<_>, Vec<_>) = apis().partition(|api| api.missing.is_some());
        for api in plain.into_iter().chain(own) {
            for path in ["", "/", "/{+path}"] {
                let Ok(template) = PathTemplate::parse(&format!("{}{path}", api.info.base_path)) else { continue };
                // Of two at one base path the first one counts.
                drop(snapshot.missing.insert(&template.segments, None, api.missing.clone()));
            }
        }
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.apis.is_empty()
    }
}

/// The API that an earlier snapshot serves from this file.
pub fn served_from(file: &Path, snapshot: &Snapshot) -> Option<CompiledApi> {
    let info = snapshot.apis.iter().find(|api| api.file.as_deref() == Some(file))?.clone();
    let routes = snapshot.all.iter().filter(|route| Arc::ptr_eq(&route.api, &info)).cloned().collect();
    let missing = match snapshot.missing.find(&Method::GET, &format!("{}/", info.base_path)) {
        RouteMatch::Found { route, .. } => route.clone().filter(|route| Arc::ptr_eq(&route.api, &info)),
        _ => None,
    };
    Some(CompiledApi { info, routes, missing })
}

/// Adds a route at its paths.
fn insert(routes: &mut Router<Arc<Route>>, route: &Arc<Route>) -> Result<(), Box<Diagnostic>> {
    let full_path = &*route.operation.full_path;
    // The path `/` is the base path itself, with a slash at its end and without.
    let without_slash = full_path.strip_suffix('/').filter(|base| &*route.operation.path == "/" && !base.is_empty());
    without_slash.into_iter().chain([full_path]).try_for_each(|path| insert_at(routes, path, route))
}

fn insert_at(routes: &mut Router<Arc<Route>>, path: &str, route: &Arc<Route>) -> Result<(), Box<Diagnostic>> {
    // The template was read before; the base path in front of it may hold anything.
    let template = match PathTemplate::parse(path) {
        Ok(template) => template,
        Err(message) => return Err(Box::new(Diagnostic::error(codes::BAD_PATH, route.span, message))),
    };
    let inserted = match route.pipeline.generation {
        Generation::V5 => routes.insert_v5(&template.segments, route.verb.clone(), route.clone()),
        Generation::V10 => routes.insert(&template.segments, route.verb.clone(), route.clone()),
    };
    inserted.map_err(|Conflict(first)| Box::new(conflict(route, first)))
}

/// Says which two routes answer the same requests.
fn conflict(route: &Route, first: &Route) -> Diagnostic {
    let verb = route.verb.as_ref().map_or("any verb", |verb| verb.as_str());
    let message = format!(
        "`{verb} {}` answers the same requests as `{}` of the API `{}`",
        route.operation.full_path, first.operation.full_path, first.api.name
    );
    Diagnostic::error(codes::ROUTE_CONFLICT, route.span, message)
        .label(first.span, "the first one")
        .help("remove one of the two, or give one of the documents another base path")
}
