//! One request and its response, as metrics and the access log see them.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Version};
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use super::clients::Slot;
use super::failure::Facts;
use super::framing::Ambiguous;
use super::origin::Origin;
use super::stop::Phase;
use super::traffic::Traffic;
use crate::aws::client::StreamError;
use crate::runtime::{OperationInfo, Recorder, Route, TraceId, protocol};
use crate::telemetry::{AccessRecord, Arrival, Beginning, Break, Departure, End, OpenRecord, RequestEnd, Trace};
use crate::value::{BodyStream, BodyTimeout, BoxError, Secret};

/// The status in the log of a request whose client left before there was a response.
const CLIENT_LEFT: u16 = 499;

/// The fault in the log of a request that the end of the gateway cut off.
const SHUTDOWN: &str = "Shutdown";

/// A request in flight, in a box since it goes through many hands. Dropping it is the end: it is counted and logged then, whatever happened.
pub(super) struct Exchange {
    traffic: Arc<Traffic>,
    pub(super) received: SystemTime,
    pub(super) arrived: Instant,
    pub(super) id: Arc<str>,
    pub(super) method: Method,
    pub(super) version: Version,
    line: Option<Line>,
    /// Only of a request that is traced.
    trace: Option<Arc<Trace>>,
    /// Only of a request that is recorded.
    pub(super) open: Option<Arc<OpenRecord>>,
    pub(super) route: Option<Arc<Route>>,
    pub(super) facts: Facts,
    /// The ambiguous part of its bytes, so that its connection ends with it.
    pub(super) ambiguous: Option<Ambiguous>,
    /// Its place among the requests that may run at a time.
    pub(super) slot: Option<Arc<Slot>>,
    status: Option<StatusCode>,
    bytes: u64,
    complete: bool,
}

/// Facts for the access log alone.
struct Line {
    client: IpAddr,
    path: String,
    user_agent: Option<String>,
}

impl Exchange {
    pub(super) fn begin(traffic: &Arc<Traffic>, origin: &Origin, head: &Parts, arrived: Instant) -> Box<Self> {
        traffic.parts.metrics.request_started();
        let line = traffic.parts.access_log.as_ref().map(|_| Line {
            client: origin.client.ip(),
            path: head.uri.path().to_owned(),
            user_agent: head
                .headers
                .get(USER_AGENT)
                .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned()),
        });
        let (received, id) = (SystemTime::now(), origin.id.clone().unwrap_or_else(request_id));
        let trace = traffic.parts.tracer.as_ref().and_then(|tracer| {
            let (client, local, scheme, path) = (origin.client, origin.local, origin.scheme, head.uri.path());
            tracer.begin(&head.headers, || Arrival {
                method: &head.method,
                scheme,
                path,
                client,
                local,
                id: &id,
                received,
            })
        });
        let open = traffic.parts.records.as_ref().and_then(|records| {
            records.begin(&head.headers, || Beginning {
                id: id.clone(),
                received,
                client: origin.client,
                method: head.method.clone(),
                path: head.uri.path().to_owned(),
                query: head.uri.query().map(str::to_owned),
                version: head.version,
                headers: head.headers.clone(),
            })
        });
        Box::new(Exchange {
            traffic: traffic.clone(),
            received,
            arrived,
            id,
            method: head.method.clone(),
            version: head.version,
            line,
            trace,
            open,
            route: None,
            facts: Facts::default(),
            ambiguous: None,
            slot: None,
            status: None,
            bytes: 0,
            complete: false,
        })
    }

    /// Whether it is traced or recorded.
    pub(super) fn is_noted(&self) -> bool {
        self.trace.is_some() || self.open.is_some()
    }

    /// The recorder of a request that is traced or recorded.
    pub(super) fn recorder(
        &self,
        operation: &OperationInfo,
        headers: &HeaderMap,
        outside: &Arc<[Secret]>,
    ) -> Option<Box<Recorder>> {
        let recording = self.open.as_ref().and_then(|open| open.recording(operation, headers, outside));
        Recorder::new(self.trace.as_ref().map(Trace::recorder), recording)
    }

    /// The response's body, which carries the exchange to its end.
    pub(super) fn send(mut self: Box<Self>, status: StatusCode, body: BodyStream) -> Sent {
        self.status = Some(status);
        // A response that is complete is only sent; the slot is another request's.
        if body.is_whole() || body.is_end_stream() {
            self.slot = None;
        }
        // Nobody asks for the body of an answer to HEAD.
        self.complete = body.is_end_stream() || self.method == Method::HEAD;
        Sent { body, exchange: self }
    }

    /// The response ends here, after its head: all that HTTP allows is to break it off.
    fn broke(&self, error: &BoxError) {
        tracing::warn!(request_id = %self.id, %error, "the response broke off");
        let cause = match error.downcast_ref::<StreamError>() {
            Some(StreamError::Function { .. }) => Break::Function,
            Some(StreamError::Service(_)) => Break::Service,
            _ if error.is::<BodyTimeout>() => Break::Timeout,
            _ => Break::Connection,
        };
        self.traffic.parts.metrics.response_broken(self.names(), cause);
    }

    /// The API's name and the operation's template.
    fn names(&self) -> Option<(&Arc<str>, &Arc<str>)> {
        self.route.as_deref().map(|route| (&route.api.name, &route.operation.full_path))
    }

    /// The status of a request without a response, and the fault in the log: the end of the gateway, or its client has left.
    fn unanswered(&self) -> (u16, Option<&'static str>) {
        match self.traffic.stop.phase() {
            Phase::Cut => (StatusCode::SERVICE_UNAVAILABLE.as_u16(), Some(SHUTDOWN)),
            _ => (CLIENT_LEFT, None),
        }
    }

    fn record(&mut self, trace: Option<TraceId>) -> Option<AccessRecord> {
        let line = self.line.take()?;
        let route = self.route.as_deref();
        let Facts { failure, caller, waited } = std::mem::take(&mut self.facts);
        Some(AccessRecord {
            time: self.received,
            id: self.id.clone(),
            client: line.client,
            method: self.method.clone(),
            path: line.path,
            status: self.status.map_or_else(|| self.unanswered().0, |status| status.as_u16()),
            bytes: self.bytes,
            duration_ms: self.arrived.elapsed().as_micros() as f64 / 1000.0,
            complete: self.complete,
            api: route.map(|route| route.api.name.clone()),
            operation: route.map(|route| route.operation.full_path.clone()),
            place: failure.as_ref().and_then(|failure| failure.step.as_ref()).map(|step| step.place.clone()),
            fault: failure
                .map(|failure| failure.fault)
                .or_else(|| self.unanswered().1.filter(|_| self.status.is_none()).map(str::to_owned)),
            application: caller.as_ref().and_then(|caller| caller.names.application.clone()),
            plan: caller.and_then(|caller| caller.names.plan.clone()),
            upstream_ms: (!waited.is_zero()).then_some(waited.as_micros() as f64 / 1000.0),
            trace,
            protocol: protocol(self.version),
            user_agent: line.user_agent,
        })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let status = self.status.or(StatusCode::from_u16(self.unanswered().0).ok()).unwrap_or_default();
        self.traffic.parts.metrics.request_ended(RequestEnd {
            route: self.names(),
            method: &self.method,
            status,
            duration: self.arrived.elapsed(),
            kept: self.route.as_deref().map(|route| &route.kept),
        });
        let trace = self.trace.take();
        let trace_id = trace.as_ref().map(|trace| trace.id());
        if let Some(trace) = trace {
            trace.end(&Departure {
                status: self.status,
                route: self.names(),
                fault: self.facts.failure.as_ref().map(|failure| &*failure.fault),
                complete: self.complete,
            });
        }
        if let Some(open) = self.open.take() {
            open.end(&End {
                status: self.status,
                route: self.route.as_deref(),
                bytes: self.bytes,
                complete: self.complete,
                duration: self.arrived.elapsed(),
                trace: trace_id,
            });
        }
        if let Some(record) = self.record(trace_id)
            && let Some(log) = &self.traffic.parts.access_log
        {
            log.write(record);
        }
    }
}

/// A unique id. It is no secret, so the system is not asked for its better randomness.
fn request_id() -> Arc<str> {
    let random = fastrand::u128(..).to_ne_bytes();
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let id = uuid::Builder::from_random_bytes(random).into_uuid();
    Arc::from(&*id.as_hyphenated().encode_lower(&mut text))
}

/// A response body on its way out.
pub(super) struct Sent {
    body: BodyStream,
    exchange: Box<Exchange>,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                this.exchange.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                // hyper does not ask again when it can know that this was the last frame.
                this.exchange.complete |= this.body.is_end_stream();
            }
            Poll::Ready(Some(Err(error))) => {
                this.exchange.broke(error);
            }
            Poll::Ready(None) => this.exchange.complete = true,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
