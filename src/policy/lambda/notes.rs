//! What is known of a call beside its answer: `attributes.lambda` of the output, and facts of its faults.

use std::sync::Arc;

use crate::aws::client::{InvokeReply, StreamReply};
use crate::runtime::Fault;
use crate::value::{Message, Value};

use super::select::Chosen;

/// The facts of one call, by their names.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<(Arc<str>, Value)>);

impl Notes {
    /// What is known before the call.
    pub(super) fn new(chosen: &Chosen) -> Self {
        let mut notes = Notes(Vec::with_capacity(5));
        notes.add("function", Some(chosen.name.clone()));
        notes.add("qualifier", chosen.qualifier.clone());
        notes
    }

    /// How many calls it took, where it was more than one.
    pub(super) fn made(&mut self, attempts: u32) {
        if attempts > 1 {
            self.0.push(("attempts".into(), i64::from(attempts).into()));
        }
    }

    /// What the answer says.
    pub(super) fn answered(&mut self, reply: &InvokeReply) {
        self.add("version", reply.executed_version());
        self.add("requestId", reply.request_id());
        self.add("durableExecutionArn", reply.durable_execution_arn());
        self.add("log", reply.log_tail());
    }

    /// What the head of an answer that streams says.
    pub(super) fn began(&mut self, reply: &StreamReply) {
        self.add("version", reply.executed_version());
        self.add("requestId", reply.request_id());
    }

    fn add(&mut self, name: &str, text: Option<impl Into<Arc<str>>>) {
        if let Some(text) = text {
            self.0.push((name.into(), Value::String(text.into())));
        }
    }

    pub(super) fn put_into(self, message: &mut Message) {
        message.attributes.set(&["lambda"], Value::object(self.0));
    }

    /// What is in `error.…` already stays.
    pub(super) fn put_into_fault(self, fault: &mut Fault) {
        for (name, value) in self.0 {
            if !fault.details.iter().any(|(known, _)| *known == name) {
                fault.details.push((name, value));
            }
        }
    }
}
