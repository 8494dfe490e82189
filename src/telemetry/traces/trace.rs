//! One traced request: its server span, and its steps once its pipeline is over.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use http::{Method, StatusCode};

use super::parent::Parent;
use super::shared::Shared;
use super::whole::Whole;
use crate::runtime::{CallSpan, SpanId, SpanRecorder, Spans, StepSpan, TraceId};

/// A traced request. Whoever holds it last, its exchange or its pipeline, hands it over by letting go of it.
pub struct Trace {
    shared: Arc<Shared>,
    /// The trace began here.
    own: bool,
    place: (TraceId, SpanId),
    started: Instant,
    /// Gone once it has been handed over.
    whole: Mutex<Option<Box<Whole>>>,
}

/// The facts of a request when it is received.
pub struct Arrival<'a> {
    pub method: &'a Method,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The path without its query.
    pub path: &'a str,
    pub client: SocketAddr,
    pub local: SocketAddr,
    /// The id in the logs.
    pub id: &'a Arc<str>,
    pub received: SystemTime,
}

/// The facts of a request when it is over.
pub struct Departure<'a> {
    /// None when the client left before there was one.
    pub status: Option<StatusCode>,
    /// The API's name and the operation's template.
    pub route: Option<(&'a Arc<str>, &'a Arc<str>)>,
    /// The fault that ended the request, or that a handler took.
    pub fault: Option<&'a str>,
    /// The whole response was handed to the connection.
    pub complete: bool,
}

impl Trace {
    /// The trace of a request. `parent` is its caller's place; whether this goes on from there, says `follow`.
    pub(super) fn begin(shared: Arc<Shared>, parent: Option<Parent>, follow: bool, arrival: &Arrival<'_>) -> Arc<Self> {
        let followed = parent.filter(|_| follow);
        let link = parent.filter(|_| !follow).map(|parent| (parent.trace, parent.span));
        let place = (followed.map_or_else(TraceId::random, |parent| parent.trace), SpanId::random());
        let whole = Whole {
            trace: place.0,
            span: place.1,
            parent: followed.map(|parent| parent.span),
            link,
            method: arrival.method.clone(),
            scheme: arrival.scheme,
            path: arrival.path.to_owned(),
            client: arrival.client,
            local: arrival.local,
            id: arrival.id.clone(),
            started: arrival.received,
            ended: arrival.received,
            status: None,
            complete: false,
            api: None,
            route: None,
            fault: None,
            steps: Vec::new(),
            calls: Vec::new(),
        };
        let whole = Mutex::new(Some(Box::new(whole)));
        Arc::new(Trace { shared, own: followed.is_none(), place, started: Instant::now(), whole })
    }

    /// The trace's name.
    pub fn id(&self) -> TraceId {
        self.place.0
    }

    /// Notes the steps of the request.
    pub fn recorder(self: &Arc<Self>) -> SpanRecorder {
        let (trace, span) = self.place;
        SpanRecorder::new(trace, span, self.own, self.clone())
    }

    /// The response has been sent, or will not be.
    pub fn end(&self, departure: &Departure<'_>) {
        let mut whole = lock(&self.whole);
        let Some(whole) = whole.as_deref_mut() else { return };
        whole.ended = whole.started + self.started.elapsed();
        whole.status = departure.status;
        whole.complete = departure.complete;
        whole.fault = departure.fault.map(|fault| fault.chars().take(128).collect());
        if let Some((api, route)) = departure.route {
            (whole.api, whole.route) = (Some(api.clone()), Some(route.clone()));
        }
    }
}

impl Spans for Trace {
    fn take(&self, steps: Vec<StepSpan>, calls: Vec<CallSpan>) {
        if let Some(whole) = lock(&self.whole).as_deref_mut() {
            whole.steps.extend(steps);
            whole.calls.extend(calls);
        }
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if let Some(whole) = lock(&self.whole).take() {
            self.shared.hand_over(whole);
        }
    }
}

/// The state that a thread leaves when it panics is complete enough.
fn lock(whole: &Mutex<Option<Box<Whole>>>) -> MutexGuard<'_, Option<Box<Whole>>> {
    whole.lock().unwrap_or_else(PoisonError::into_inner)
}
