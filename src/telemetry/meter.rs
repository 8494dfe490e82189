//! The counters of one route, which are looked up by their labels once.

use std::sync::OnceLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;

use super::requests::{OperationLabels, RequestEnd, Requests, method_label};
use crate::runtime::{STATUSES, status_class};

/// Counters that are stored with each route, so that a request does not look them up.
pub(super) struct Meter {
    durations: Histogram,
    /// The method that came first; others are looked up.
    method: &'static str,
    /// By the class of the status.
    requests: [OnceLock<Counter>; STATUSES.len()],
}

impl Meter {
    pub(super) fn new(requests: &Requests, end: &RequestEnd<'_>) -> Self {
        let durations = requests.durations.get_or_create(&OperationLabels::of(end)).clone();
        Meter { durations, method: method_label(end.method), requests: Default::default() }
    }

    pub(super) fn ended(&self, requests: &Requests, end: &RequestEnd<'_>) {
        self.durations.observe(end.duration.as_secs_f64());
        if method_label(end.method) != self.method {
            requests.counter(end).inc();
            return;
        }
        self.requests[status_class(end.status)].get_or_init(|| requests.counter(end)).inc();
    }
}
