//! Writes the record of a request while its pipeline runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::content::Shower;
use super::masks::Masks;
use super::seen::{Around, Seen};
use super::shape::{
    CallRecord, Content, ContentKind, Details, Failure, FaultRecord, MessageView, Part, StepOutcome, StepRecord,
    Variable,
};
use crate::runtime::{Call, CallContent, CallTarget, Fault, FaultSource, StepInfo, address};
use crate::value::{Body, Message, Value};

/// The limits of one record.
const MOST_STEPS: usize = 512;
const MOST_CALLS: usize = 128;
const MOST_FAULTS: usize = 32;
const MOST_NAMES: usize = 64;
const MOST_BYTES: usize = 512 * 1024;

/// Takes the details of a record when its pipeline is over, however it ended.
pub trait RecordSink: Send + Sync {
    /// The masks have learned more on the way.
    fn take(&self, details: Details, masks: Masks);
}

/// Writes the details of one record.
pub struct Recording {
    shower: Shower,
    details: Details,
    seen: Seen,
    started: Instant,
    /// The step that runs, as a place in the list.
    open: Option<usize>,
    /// The steps of the list, and how many conditions of each did not hold.
    steps: Vec<(Option<Arc<StepInfo>>, u32)>,
    calls: usize,
    /// The places of the last call and of its step.
    last_call: Option<(usize, usize)>,
    /// The first message of the list whose body is that of the last one.
    same_body: usize,
    /// A call has replaced `message`.
    is_replaced: bool,
    /// Bytes that may still be kept.
    left: usize,
    to: Arc<dyn RecordSink>,
}

/// A step that is about to run.
pub(crate) struct Entered<'a> {
    /// None for the stages before an assembly.
    pub step: Option<&'a Arc<StepInfo>>,
    pub part: Part,
    /// It is a condition of a branch.
    pub is_test: bool,
    /// The variables that it reads: names, and values where the record has those nowhere else.
    pub reads: Vec<(String, Option<Value>)>,
}

impl Recording {
    /// Shows `limit` bytes of bodies and values.
    pub fn new(masks: Masks, limit: usize, to: Arc<dyn RecordSink>) -> Self {
        Recording {
            shower: Shower { masks, limit },
            details: Details::default(),
            seen: Seen::default(),
            started: Instant::now(),
            open: None,
            steps: Vec::new(),
            calls: 0,
            last_call: None,
            same_body: 0,
            is_replaced: false,
            left: MOST_BYTES,
            to,
        }
    }

    /// A step is about to run. Both ends of a user-defined policy, and all conditions of a `switch`, are one step.
    pub(crate) fn enter(&mut self, entered: Entered<'_>, around: Around<'_>) {
        if self.details.messages.is_empty() {
            self.seen.changes(around, &self.shower);
        }
        let known = self.steps.iter().rposition(|(step, _)| match (step, entered.step) {
            (Some(known), Some(step)) => Arc::ptr_eq(known, step),
            (None, None) => true,
            _ => false,
        });
        // Stages are one step while no other comes between.
        let known = known.filter(|known| entered.step.is_some() || self.open == Some(*known));
        if known.is_none() || known != self.open {
            self.leave(StepOutcome::Done, around);
            self.open = known.or_else(|| self.open_step(&entered));
        }
        let Some(open) = self.open else { return };
        let at = self.at();
        let reads: Vec<Variable> =
            entered.reads.iter().map(|(name, value)| self.variable(name, value.as_ref())).collect();
        if let Some(step) = self.details.steps.get_mut(open) {
            if entered.is_test {
                *step.case.get_or_insert(0) += 1;
            }
            step.outcome = StepOutcome::Unfinished;
            // Until the end is known.
            step.duration_ms = at - step.at_ms;
            for read in reads {
                if step.reads.len() < MOST_NAMES && !step.reads.iter().any(|known| known.name == read.name) {
                    step.reads.push(read);
                }
            }
        }
    }

    fn open_step(&mut self, entered: &Entered<'_>) -> Option<usize> {
        if self.steps.len() >= MOST_STEPS {
            self.details.cut = true;
            return None;
        }
        let last = self.details.messages.len().saturating_sub(1);
        let (policy, title, place) = match entered.step {
            Some(step) => (&*step.policy, &*step.title, &*step.place),
            None => ("", "before the assembly", ""),
        };
        self.left = self.left.saturating_sub(policy.len() + title.len() + place.len() + 256);
        self.details.steps.push(StepRecord {
            policy: policy.to_owned(),
            title: self.shower.masks.text(title).into_owned(),
            place: place.to_owned(),
            part: entered.part,
            at_ms: self.at(),
            before: last,
            after: last,
            ..StepRecord::default()
        });
        self.steps.push((entered.step.cloned(), 0));
        Some(self.steps.len() - 1)
    }

    /// The condition that ran does not hold.
    pub(crate) fn otherwise(&mut self) {
        if let Some((_, missed)) = self.open.and_then(|open| self.steps.get_mut(open)) {
            *missed += 1;
        }
    }

    /// The body of `message` has been read for the step that is about to run.
    pub(crate) fn loaded(&mut self, message: &Message) {
        if self.details.messages.is_empty() || !self.seen.message_changed(message) {
            return;
        }
        let view = self.weighed(self.shower.message(message));
        let body = view.body.clone();
        if let Some(last) = self.details.messages.last_mut() {
            *last = view;
        }
        // They were the same stream.
        for same in self.details.messages.iter_mut().skip(self.same_body) {
            same.body = body.clone();
        }
    }

    /// A call has replaced `message`.
    pub(crate) fn replaced(&mut self) {
        self.is_replaced = true;
    }

    /// The step that runs has raised a fault. `passed` are the entries of `catch` that do not take it, `caught_by` is the one that does.
    pub(crate) fn failed(&mut self, fault: &Fault, passed: Vec<String>, caught_by: Option<String>, around: Around<'_>) {
        let step = self.open;
        self.leave(StepOutcome::Fault, around);
        if self.details.faults.len() >= MOST_FAULTS {
            self.details.cut = true;
            return;
        }
        let text = |text: &str| self.shower.text(text, ContentKind::Text).text;
        let record = FaultRecord {
            name: text(&fault.name),
            message: text(&fault.message),
            cause: fault.cause.as_deref().map(text),
            status: fault.status.as_u16(),
            source: match fault.source {
                FaultSource::Client => "client",
                FaultSource::Upstream => "upstream",
                FaultSource::Gateway => "gateway",
                FaultSource::Author => "author",
            }
            .to_owned(),
            step,
            at_ms: self.at(),
            passed,
            caught_by,
        };
        self.left = self.left.saturating_sub(record.message.len() + record.cause.as_ref().map_or(0, String::len) + 256);
        self.details.faults.push(record);
    }

    /// The step that runs is over, and what follows is not a step.
    pub(crate) fn leave(&mut self, outcome: StepOutcome, around: Around<'_>) {
        let changes = if self.left > 0 { self.seen.changes(around, &self.shower) } else { Vec::new() };
        if self.left == 0 {
            self.details.cut = true;
        }
        if self.seen.message_changed(around.message) && self.left > 0 {
            let view = self.weighed(self.shower.message(around.message));
            let is_stream = |view: &MessageView| view.body.kind == ContentKind::Stream;
            let goes_on = is_stream(&view) && self.details.messages.last().is_some_and(is_stream) && !self.is_replaced;
            if !goes_on {
                self.same_body = self.details.messages.len();
            }
            self.details.messages.push(view);
        }
        self.is_replaced = false;
        let at = self.at();
        let Some(open) = self.open.take() else { return };
        let (last, missed) =
            (self.details.messages.len().saturating_sub(1), self.steps.get(open).map_or(0, |step| step.1));
        let kept: Vec<_> = changes.into_iter().take(MOST_NAMES).collect();
        let weight: usize = kept.iter().map(|one| one.name.len() + one.before.weight() + one.after.weight()).sum();
        self.left = self.left.saturating_sub(weight);
        let Some(step) = self.details.steps.get_mut(open) else { return };
        step.writes.extend(kept);
        step.outcome = outcome;
        step.after = last;
        step.duration_ms = rounded(at - step.at_ms);
        // So far it has counted the conditions that ran.
        step.case = step.case.map(|ran| if ran > missed { ran } else { 0 });
    }

    /// A call of the step that runs has ended.
    pub(crate) fn call_ended(&mut self, call: &Call, content: Option<&CallContent>) {
        self.last_call = None;
        let Some(open) = self.open else { return };
        if self.calls >= MOST_CALLS || self.left == 0 {
            self.details.cut = true;
            return;
        }
        if let Some(content) = content {
            self.shower.masks.learn_headers(&content.headers);
        }
        let result = content.and_then(|content| content.result.clone());
        let result = result.map(|result| self.shower.body(&Body::from_bytes(result)));
        self.left = self.left.saturating_sub(result.as_ref().map_or(0, Content::weight));
        let request = content.map(|content| {
            let body = content.body.clone().map_or(Body::Gone, Body::from_bytes);
            self.weighed(self.shower.parts(None, &content.headers, &body))
        });
        let record = CallRecord {
            target: self.target(&call.target),
            at_ms: rounded(millis(call.started.saturating_duration_since(self.started))),
            duration_ms: rounded(millis(call.duration)),
            attempts: call.attempts,
            status: call.status.map(|status| status.as_u16()),
            failure: call.failure.as_ref().map(|failure| Failure {
                kind: failure.kind.to_owned(),
                cause: self.shower.text(&failure.cause, ContentKind::Text).text,
            }),
            request,
            answer: None,
            result,
            log: None,
        };
        self.left = self.left.saturating_sub(record.target.len() + 256);
        let Some(step) = self.details.steps.get_mut(open) else { return };
        self.calls += 1;
        self.last_call = Some((open, step.calls.len()));
        step.calls.push(record);
        if let Some((status, headers, body)) = content.and_then(|content| content.answer.clone()) {
            let body = Body::from_bytes(body);
            self.call_answered(
                &Message { status: Some(status), headers: headers.into(), body, ..Message::default() },
                None,
            );
        }
    }

    /// The answer of the last call of the step that runs, as far as the step has read it, and the end of a function's log.
    pub(crate) fn call_answered(&mut self, answer: &Message, log: Option<&str>) {
        let Some((step, call)) = self.last_call else { return };
        self.shower.masks.learn_headers(&answer.headers);
        let view = self.weighed(self.shower.message(answer));
        let log = log.map(|log| self.shower.text(log, ContentKind::Text));
        self.left = self.left.saturating_sub(log.as_ref().map_or(0, Content::weight));
        if let Some(call) = self.details.steps.get_mut(step).and_then(|step| step.calls.get_mut(call)) {
            call.answer = Some(view);
            call.log = log;
        }
    }

    /// The target of a call. The host is shown as logs show it.
    fn target(&self, target: &CallTarget) -> String {
        let masks = &self.shower.masks;
        match target {
            CallTarget::Service { method, uri } => {
                let shown = address(uri);
                let host = shown.strip_suffix(uri.path()).unwrap_or_default();
                let query = uri.query().map(|query| format!("?{}", masks.query(query))).unwrap_or_default();
                format!("{method} {host}{}{query}", masks.text(uri.path()))
            }
            CallTarget::Function { .. } => target.to_string(),
        }
    }

    fn variable(&mut self, name: &str, value: Option<&Value>) -> Variable {
        let value = value.filter(|_| self.left > 0).map(|value| self.shower.named(name, value));
        self.left = self.left.saturating_sub(name.len() + value.as_ref().map_or(0, Content::weight));
        Variable { name: name.to_owned(), value }
    }

    /// Counts a message, and leaves out what there is no room for.
    fn weighed(&mut self, mut view: MessageView) -> MessageView {
        if view.weight() > self.left {
            self.details.cut = true;
            view.headers.clear();
            view.body.text.clear();
            view.body.cut = true;
        }
        self.left = self.left.saturating_sub(view.weight());
        view
    }

    fn at(&self) -> f64 {
        rounded(millis(self.started.elapsed()))
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// To microseconds.
fn rounded(millis: f64) -> f64 {
    (millis * 1000.0).round() / 1000.0
}

impl Drop for Recording {
    fn drop(&mut self) {
        let at = self.at();
        if let Some(step) = self.open.take().and_then(|open| self.details.steps.get_mut(open)) {
            step.duration_ms = rounded(at - step.at_ms);
        }
        self.to.take(std::mem::take(&mut self.details), std::mem::take(&mut self.shower.masks));
    }
}
