//! Requests as they are counted: their labels, counters and durations.

use std::any::Any;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::runtime::{DURATIONS, STATUSES, status_class};

/// The counters of all routes.
pub(super) struct Requests {
    pub(super) counted: Family<RequestLabels, Counter>,
    pub(super) durations: Family<OperationLabels, Histogram, fn() -> Histogram>,
}

impl Default for Requests {
    fn default() -> Self {
        Requests { counted: Family::default(), durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)) }
    }
}

impl Requests {
    /// The counter of requests that end like this one.
    pub(super) fn counter(&self, end: &RequestEnd<'_>) -> Counter {
        let OperationLabels { api, operation } = OperationLabels::of(end);
        let (method, status) = (method_label(end.method), STATUSES[status_class(end.status)]);
        self.counted.get_or_create(&RequestLabels { api, operation, method, status }).clone()
    }
}

/// A request that has been answered, or whose client has left.
#[derive(Debug, Clone, Copy)]
pub struct RequestEnd<'a> {
    /// The API's name and the operation's template; none for requests that were refused before routing.
    pub route: Option<(&'a Arc<str>, &'a Arc<str>)>,
    pub method: &'a Method,
    pub status: StatusCode,
    pub duration: Duration,
    /// The cell that keeps the route's counters.
    pub kept: Option<&'a OnceLock<Box<dyn Any + Send + Sync>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    api: Arc<str>,
    operation: Arc<str>,
    method: &'static str,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OperationLabels {
    api: Arc<str>,
    operation: Arc<str>,
}

impl OperationLabels {
    pub(super) fn of(end: &RequestEnd<'_>) -> Self {
        let (api, operation) = end.route.map_or_else(|| ("".into(), "".into()), |(a, o)| (a.clone(), o.clone()));
        OperationLabels { api, operation }
    }
}

pub(super) fn method_label(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    known.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}
