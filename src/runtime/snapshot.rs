//! Everything that serves requests at one moment.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, Method};

use crate::base::Span;
use crate::value::Secret;

use super::api_info::{ApiInfo, OperationInfo};
use super::budget::ContextLimits;
use super::context::Pipeline;
use super::router::{RouteMatch, Router};

/// Routes and pipelines, made by one load and replaced as a whole by the next.
#[derive(Default)]
pub struct Snapshot {
    pub routes: Router<Arc<Route>>,
    /// The route of an API that answers below its base path if no other route does; `None` if there is no such route.
    pub missing: Router<Option<Arc<Route>>>,
    /// The APIs, for people.
    pub apis: Vec<Arc<ApiInfo>>,
    /// The routes in the order of their documents, for people.
    pub all: Vec<Arc<Route>>,
    pub limits: ContextLimits,
    /// A part of the path in front of every base path, which requests may have.
    pub path_prefix: Option<Box<str>>,
    /// Some routes take paths as if several slashes were one.
    pub folds_slashes: bool,
    /// Values that documents and settings have from the environment and from files: records show none of them.
    pub outside: Arc<[Secret]>,
    /// Every API is one of the v5 engine, so that also refusals are in its words.
    pub is_v5: bool,
}

/// The operation and the pipeline of a request.
pub struct Route {
    pub verb: Option<Method>,
    pub api: Arc<ApiInfo>,
    pub operation: Arc<OperationInfo>,
    pub pipeline: Arc<Pipeline>,
    /// It takes GET, and HEAD where no other route of its path does.
    pub answers_head: bool,
    /// It takes its path with a slash at the end too, and several slashes as one, as REST APIs of AWS do.
    pub folds_slashes: bool,
    /// The operation in its document.
    pub span: Span,
    /// The counters of the route, kept here by the metrics.
    pub kept: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Snapshot {
    /// Finds the route of a request. A preflight request takes the route of its call if that answers CORS. HEAD takes the route of
    /// GET if no other route takes HEAD.
    pub fn find<'r, 'p>(&'r self, verb: &Method, path: &'p str, headers: &HeaderMap) -> RouteMatch<'r, 'p, Arc<Route>> {
        let path = self.without_prefix(path);
        if self.folds_slashes
            && (path.ends_with('/') || path.contains("//"))
            && let found @ RouteMatch::Found { route, .. } = self.routes.find_folded(verb, path)
            && route.folds_slashes
        {
            return found;
        }
        match self.find_route(verb, path, headers) {
            found @ RouteMatch::Found { .. } => found,
            nothing => match self.missing.find(verb, path) {
                RouteMatch::Found { route: Some(route), .. } => RouteMatch::Found { route, parameters: Vec::new() },
                _ => nothing,
            },
        }
    }

    fn find_route<'r, 'p>(
        &'r self,
        verb: &Method,
        path: &'p str,
        headers: &HeaderMap,
    ) -> RouteMatch<'r, 'p, Arc<Route>> {
        let mut allowed = match self.routes.find(verb, path) {
            RouteMatch::WrongVerb { allowed } => allowed,
            found => return found,
        };
        if let Some(asked) = asked_verb(verb, headers)
            && let call @ RouteMatch::Found { route, .. } = self.routes.find(&asked, path)
            && route.pipeline.answers_preflight
        {
            return call;
        }
        if !allowed.contains(&Method::HEAD)
            && let get @ RouteMatch::Found { route, .. } = self.routes.find(&Method::GET, path)
            && route.answers_head
        {
            if *verb == Method::HEAD {
                return get;
            }
            allowed.push(Method::HEAD);
        }
        RouteMatch::WrongVerb { allowed }
    }
}

impl Snapshot {
    /// The path without the prefix of the settings.
    fn without_prefix<'p>(&self, path: &'p str) -> &'p str {
        let prefix = self.path_prefix.as_deref();
        let rest = prefix.and_then(|prefix| path.strip_prefix(prefix));
        rest.filter(|rest| rest.starts_with('/')).unwrap_or(path)
    }
}

/// The verb that a preflight request asks for, if it is one.
pub fn asked_verb(verb: &Method, headers: &HeaderMap) -> Option<Method> {
    let asked = headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| *verb == Method::OPTIONS)?;
    headers.get(ORIGIN)?;
    Method::from_bytes(asked.as_bytes()).ok()
}
