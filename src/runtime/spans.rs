//! The spans of a request that is traced: one for every step that ran, and one for every call.

use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use super::calls::Call;
use super::step_info::StepInfo;

/// W3C Trace Context: which trace a call belongs to, and below which span.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The header in which other tracing systems keep their own data in addition to it.
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Calls of one request that are traced.
const MOST_CALLS: usize = 128;

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

/// One call of a step.
#[derive(Debug)]
pub struct CallSpan {
    pub id: SpanId,
    /// The step, or the request where no step runs.
    pub parent: SpanId,
    pub started: SystemTime,
    pub call: Call,
}

/// Takes the spans of a request, of its steps and of their calls, when its pipeline is over, however it ended.
pub trait Spans: Send + Sync {
    fn take(&self, steps: Vec<StepSpan>, calls: Vec<CallSpan>);
}

/// Notes the steps of one request.
pub struct SpanRecorder {
    trace: TraceId,
    server: SpanId,
    /// The trace began here, so what a client says of another one must not go on.
    own: bool,
    started: (SystemTime, Instant),
    spans: Vec<StepSpan>,
    calls: Vec<CallSpan>,
    /// The step that runs.
    open: Option<usize>,
    /// The span of the next call.
    next_call: SpanId,
    to: Arc<dyn Spans>,
}

// === impl SpanRecorder ===

impl SpanRecorder {
    /// Steps become children of the span `server`. `own` says that the trace began with it.
    pub fn new(trace: TraceId, server: SpanId, own: bool, to: Arc<dyn Spans>) -> Self {
        let started = (SystemTime::now(), Instant::now());
        let (spans, calls, next_call) = (Vec::new(), Vec::new(), SpanId::random());
        SpanRecorder { trace, server, own, started, spans, calls, open: None, next_call, to }
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

    /// The trace, and the span of the call that is made next.
    pub fn position(&self) -> (TraceId, SpanId) {
        (self.trace, self.next_call)
    }

    /// A call of the step that runs has ended.
    pub(super) fn call_ended(&mut self, call: &Call) {
        if self.calls.len() >= MOST_CALLS {
            return;
        }
        let step = self.open.and_then(|open| self.spans.get(open));
        let parent = step.map_or(self.server, |span| span.id);
        let id = std::mem::replace(&mut self.next_call, SpanId::random());
        let (wall, clock) = self.started;
        let started = wall + call.started.saturating_duration_since(clock);
        self.calls.push(CallSpan { id, parent, started, call: call.clone() });
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

impl Drop for SpanRecorder {
    fn drop(&mut self) {
        self.leave();
        self.to.take(std::mem::take(&mut self.spans), std::mem::take(&mut self.calls));
    }
}

// === impl ids ===

impl TraceId {
    /// A unique id. It is no secret.
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

impl fmt::Debug for SpanRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanRecorder").field("trace", &self.trace).field("spans", &self.spans).finish_non_exhaustive()
    }
}
