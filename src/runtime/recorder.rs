//! The recorder of a request, which the executor tells of its steps. A request that is neither traced nor recorded has no recorder.

use std::fmt;

use http::HeaderMap;

use super::calls::{Call, CallContent};
use super::fault::Fault;
use super::record::{Around, Entered, Recording, StepOutcome};
use super::spans::{SpanId, SpanRecorder, TraceId};
use crate::value::Message;

/// Notes the steps, the calls and the faults of one request.
pub struct Recorder {
    spans: Option<SpanRecorder>,
    recording: Option<Recording>,
}

impl Recorder {
    /// None where there is nothing to note.
    pub fn new(spans: Option<SpanRecorder>, recording: Option<Recording>) -> Option<Box<Self>> {
        (spans.is_some() || recording.is_some()).then(|| Box::new(Recorder { spans, recording }))
    }

    /// Whether the contents of messages and calls are wanted.
    pub fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// The trace, and the span of the call that is made next, where the request is traced.
    pub fn position(&self) -> Option<(TraceId, SpanId)> {
        self.spans.as_ref().map(SpanRecorder::position)
    }

    pub(super) fn enter(&mut self, entered: Entered<'_>, around: Around<'_>) {
        if let Some(spans) = &mut self.spans {
            spans.enter(entered.step);
        }
        if let Some(recording) = &mut self.recording {
            recording.enter(entered, around);
        }
    }

    pub(super) fn otherwise(&mut self) {
        if let Some(recording) = &mut self.recording {
            recording.otherwise();
        }
    }

    pub(super) fn loaded(&mut self, message: &Message) {
        if let Some(recording) = &mut self.recording {
            recording.loaded(message);
        }
    }

    pub(super) fn replaced(&mut self) {
        if let Some(recording) = &mut self.recording {
            recording.replaced();
        }
    }

    pub(super) fn failed(&mut self, fault: &Fault, passed: Vec<String>, caught_by: Option<String>, around: Around<'_>) {
        if let Some(spans) = &mut self.spans {
            spans.failed(&fault.name);
        }
        if let Some(recording) = &mut self.recording {
            recording.failed(fault, passed, caught_by, around);
        }
    }

    /// The flow ends or goes on elsewhere.
    pub(super) fn leave(&mut self, outcome: StepOutcome, around: Around<'_>) {
        if let Some(recording) = &mut self.recording {
            recording.leave(outcome, around);
        }
    }

    pub(super) fn call_ended(&mut self, call: &Call, content: Option<&CallContent>) {
        if let Some(spans) = &mut self.spans {
            spans.call_ended(call);
        }
        if let Some(recording) = &mut self.recording {
            recording.call_ended(call, content);
        }
    }

    pub(super) fn call_answered(&mut self, answer: &Message, log: Option<&str>) {
        if let Some(recording) = &mut self.recording {
            recording.call_answered(answer, log);
        }
    }

    pub(super) fn add_trace(&self, headers: &mut HeaderMap, passes: impl Fn(&str) -> bool) {
        if let Some(spans) = &self.spans {
            spans.add_trace(headers, passes);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("spans", &self.spans).finish_non_exhaustive()
    }
}
