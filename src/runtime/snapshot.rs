//! Everything that serves requests at one moment.

use std::sync::Arc;

use crate::diagnostics::Span;

use super::{ApiInfo, ContextLimits, OperationInfo, Pipeline, Router};

/// Routes and pipelines, made by one load and replaced as a whole by the next.
#[derive(Default)]
pub struct Snapshot {
    pub routes: Router<Arc<Route>>,
    /// The APIs, for people.
    pub apis: Vec<Arc<ApiInfo>>,
    /// The routes in the order of their documents, for people.
    pub all: Vec<Arc<Route>>,
    pub limits: ContextLimits,
}

/// Where a request goes.
pub struct Route {
    pub verb: Option<http::Method>,
    pub api: Arc<ApiInfo>,
    pub operation: Arc<OperationInfo>,
    pub pipeline: Arc<Pipeline>,
    /// The operation in its document.
    pub span: Span,
}
