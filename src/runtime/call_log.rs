//! A call that has ended is counted and traced, and logged where it failed.

use std::sync::Arc;

use super::calls::{Call, CallFailure, CallSite, Fetches};
use super::context::State;
use super::fault::Fault;
use super::step_info::StepInfo;
use crate::value::Message;

/// How many steps of one request are logged with a call that failed.
const MOST_LOGGED: usize = 16;

impl State {
    /// Counts and traces a call of a step. [`State::log_failed_call`] follows.
    pub fn call_ended(&mut self, site: &CallSite, mut call: Call) {
        site.observer.call_ended(&call);
        self.handling.calls.waited += call.duration;
        let content = call.content.take();
        if let Some(recorder) = &mut self.handling.recorder {
            recorder.call_ended(&call, content.as_deref());
        }
        self.handling.calls.last = Some((site.step.clone(), call));
    }

    /// Traces calls of a step that are counted and logged where they are made.
    pub fn trace_fetches(&mut self, fetches: Fetches) {
        for call in fetches.0 {
            self.handling.calls.waited += call.duration;
            if let Some(recorder) = &mut self.handling.recorder {
                recorder.call_ended(&call, None);
            }
        }
    }

    /// Whether the contents of calls are wanted, for the record of the request.
    pub fn is_recorded(&self) -> bool {
        self.handling.recorder.as_ref().is_some_and(|recorder| recorder.is_recording())
    }

    /// The answer of the call that has just ended, as far as its step has read it, and the end of a function's log. Only for the
    /// record of the request.
    pub fn call_answered(&mut self, answer: &Message, log: Option<&str>) {
        if let Some(recorder) = &mut self.handling.recorder {
            recorder.call_answered(answer, log);
        }
    }

    /// The answer of the call that has just ended broke off while it was read, which is this fault.
    pub fn answer_broke(&mut self, site: &CallSite, fault: &mut Fault) {
        if let Some((_, call)) = &mut self.handling.calls.last {
            let cause = fault.cause.as_deref().unwrap_or(&fault.message).to_owned();
            call.failure = Some(CallFailure { kind: "answer", cause });
        }
        self.log_failed_call(site, Some(fault));
    }

    /// Logs the call that has just ended, where it failed and no other one of this step is logged for this request. `fault` is what
    /// the step raises for it; without one the flow goes on.
    pub fn log_failed_call(&mut self, site: &CallSite, fault: Option<&mut Fault>) {
        let calls = &mut self.handling.calls;
        let Some((step, call)) = calls.last.take() else { return };
        if !Arc::ptr_eq(&step, &site.step) || !call.has_failed() {
            return;
        }
        let known = calls.logged.iter().any(|step| Arc::ptr_eq(step, &site.step));
        if known || calls.logged.len() >= MOST_LOGGED {
            return;
        }
        calls.logged.push(site.step.clone());
        log(&self.request.id, &site.step, &call, fault.as_deref().map(|fault| &*fault.name));
        if let Some(fault) = fault {
            fault.is_logged = true;
        }
    }
}

/// One line for a call that failed.
pub fn log(id: &str, step: &StepInfo, call: &Call, fault: Option<&str>) {
    let what = match (&call.failure, call.status) {
        (Some(_), _) | (None, None) => "the call failed".to_owned(),
        (None, Some(status)) => format!("the call was answered with {status}"),
    };
    let flow = if fault.is_some() { "" } else { ", and the flow goes on" };
    tracing::warn!(
        request_id = %id,
        step = %step.title,
        place = %step.place,
        target = %call.target,
        cause = call.failure.as_ref().map(|failure| &*failure.cause),
        fault,
        attempts = (call.attempts > 1).then_some(call.attempts),
        duration_ms = call.duration.as_millis() as u64,
        "{what}{flow}"
    );
}
