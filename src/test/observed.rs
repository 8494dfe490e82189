//! A look at requests inside of the gateway.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::expression::{Fixed, Scope, parse_path, split_path};
use crate::runtime::{CallSpan, Context, Recorder, RequestHooks, SpanId, SpanRecorder, Spans, StepSpan, TraceId};

/// Looks at the requests of a test.
pub(super) struct Observer {
    fixed: Fixed,
    state: Arc<Noted>,
}

#[derive(Default)]
struct Noted(Mutex<State>);

#[derive(Default)]
struct State {
    /// Variables that are asked for.
    wanted: Vec<String>,
    seen: Seen,
}

/// The steps and variables of a request.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub steps: Vec<StepSpan>,
    /// The variables that were asked for, at the end.
    pub variables: Vec<(String, Value)>,
}

// === impl Observer ===

impl Observer {
    pub(super) fn new(fixed: Fixed) -> Arc<Self> {
        Arc::new(Observer { fixed, state: Arc::default() })
    }

    /// Asks for the variables of the next request.
    pub(super) fn ask(&self, variables: impl Iterator<Item = String>) {
        *self.state.lock() = State { wanted: variables.collect(), seen: Seen::default() };
    }

    /// The steps and variables since then.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut self.state.lock().seen)
    }
}

impl RequestHooks for Observer {
    fn begin(&self, cx: &mut Context) {
        let state = &mut *cx.state;
        state.fixed = self.fixed;
        state.request.received = self.fixed.at.unwrap_or(state.request.received);
        let spans = SpanRecorder::new(TraceId::random(), SpanId::random(), false, self.state.clone());
        state.handling.recorder = Recorder::new(Some(spans), None);
    }

    fn end(&self, cx: &mut Context) {
        let mut state = self.state.lock();
        let value = |name: &String| {
            let value = parse_path(name).map(|reference| cx.get(&reference).to_json()).unwrap_or_default();
            let value = serde_json::from_str(&value).unwrap_or(Value::Null);
            (name.clone(), if value.is_null() { property(cx, name) } else { value })
        };
        let variables: Vec<_> = state.wanted.iter().map(value).collect();
        state.seen.variables = variables;
    }
}

/// A property of the API, where `$(name)` reads one.
fn property(cx: &Context, name: &str) -> Value {
    let all = serde_json::from_str(&cx.state.route.api.properties.to_json()).unwrap_or(Value::Null);
    split_path(name)
        .ok()
        .and_then(|path| path.iter().try_fold(&all, |value, part| value.get(&**part)).cloned())
        .unwrap_or_default()
}

// === impl Noted ===

impl Noted {
    /// A thread that panicked has left whole lists.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spans for Noted {
    fn take(&self, steps: Vec<StepSpan>, _: Vec<CallSpan>) {
        self.lock().seen.steps.extend(steps);
    }
}

// === impl Seen ===

impl Seen {
    /// The last fault, and the step that raised it.
    pub(super) fn fault(&self) -> Option<(&str, &StepSpan)> {
        self.steps.iter().filter_map(|span| Some((span.fault.as_deref()?, span))).max_by_key(|(_, span)| span.ended)
    }

    /// The step that made the answer or raised the fault, in a sentence.
    pub(super) fn responsible(&self) -> Option<String> {
        let named = |span: &StepSpan| format!("`{}` at {}", span.step.title, span.step.place);
        match self.fault() {
            Some((fault, span)) => Some(format!("{fault} was raised by {}", named(span))),
            None => self.steps.last().map(|span| format!("the last step was {}", named(span))),
        }
    }
}
