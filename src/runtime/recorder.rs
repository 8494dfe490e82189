//! What a traced request notes of its steps. A request that is not traced has no recorder.

use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::step_info::StepInfo;

/// W3C Trace Context: which trace a call belongs to, and below which span.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What other tracing systems keep beside it.
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Names a trace. Shown as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceId(pub u128);

/// Names a span within its trace. Shown as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanId(pub u64);

/// One step that ran.
#[derive(Debug)]
pub struct StepSpan {
    pub id: SpanId,
    pub step: Arc<StepInfo>,
    pub started: SystemTime,
    pub ended: SystemTime,
    /// The name of the fault that it raised.
    pub fault: Option<String>,
}

/// Where the steps of a request go when its pipeline is over, however it ended.
pub trait StepSpans: Send + Sync {
    fn take(&self, spans: Vec<StepSpan>);
}

/// Notes the steps of one request.
pub struct Recorder {
    trace: TraceId,
    server: SpanId,
    /// The trace began here, so what a client says of another one must not go on.
    own: bool,
    started: (SystemTime, Instant),
    spans: Vec<StepSpan>,
    /// The step that runs.
    open: Option<usize>,
    to: Arc<dyn StepSpans>,
}

// === impl Recorder ===

impl Recorder {
    /// Steps become children of the span `server`. `own` says that the trace began with it.
    pub fn new(trace: TraceId, server: SpanId, own: bool, to: Arc<dyn StepSpans>) -> Self {
        let started = (SystemTime::now(), Instant::now());
        Recorder { trace, server, own, started, spans: Vec::new(), open: None, to }
    }

    /// An op of this step is about to run. The conditions of one `switch`, and both ends of a user-defined policy, are one
    /// step.
    pub(super) fn enter(&mut self, step: Option<&Arc<StepInfo>>) {
        let Some(step) = step else { return self.leave() };
        let known = self.spans.iter().rposition(|span| Arc::ptr_eq(&span.step, step));
        if self.open.is_some() && self.open == known {
            return;
        }
        self.leave();
        self.open = Some(known.unwrap_or_else(|| {
            let (id, now) = (SpanId::random(), self.now());
            self.spans.push(StepSpan { id, step: step.clone(), started: now, ended: now, fault: None });
            self.spans.len() - 1
        }));
    }

    /// The step that runs has raised this fault.
    pub(super) fn failed(&mut self, fault: &str) {
        if let Some(span) = self.open.and_then(|open| self.spans.get_mut(open)) {
            span.fault = Some(fault.chars().take(128).collect());
        }
        self.leave();
    }

    fn leave(&mut self) {
        let now = self.now();
        if let Some(span) = self.open.take().and_then(|open| self.spans.get_mut(open)) {
            span.ended = now;
        }
    }

    /// The time, which never runs backwards within a request.
    fn now(&self) -> SystemTime {
        let (wall, clock) = self.started;
        wall + clock.elapsed()
    }

    /// The trace, and the step that runs, which calls are made for.
    pub fn position(&self) -> (TraceId, SpanId) {
        let step = self.open.and_then(|open| self.spans.get(open));
        (self.trace, step.map_or(self.server, |span| span.id))
    }

    /// Says in the headers of a call which step of which trace it is made for, where `passes` lets such a header through.
    pub(super) fn add_trace(&self, headers: &mut HeaderMap, passes: impl Fn(&str) -> bool) {
        if self.own {
            headers.remove(TRACESTATE);
        }
        let (trace, span) = self.position();
        if passes(TRACEPARENT.as_str())
            && let Ok(value) = HeaderValue::from_str(&format!("00-{trace}-{span}-01"))
        {
            headers.insert(TRACEPARENT, value);
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.leave();
        self.to.take(std::mem::take(&mut self.spans));
    }
}

// === impl ids ===

impl TraceId {
    /// An id that nobody else has. It is no secret.
    pub fn random() -> Self {
        TraceId(fastrand::u128(1..))
    }
}

impl SpanId {
    pub fn random() -> Self {
        SpanId(fastrand::u64(1..))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("trace", &self.trace).field("spans", &self.spans).finish_non_exhaustive()
    }
}
