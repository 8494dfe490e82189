//! The facts of a call in addition to its response: `attributes.lambda` of the output, and facts of its faults.

use std::sync::Arc;

use bytes::Bytes;

use crate::aws::client::ReplyFacts;
use crate::runtime::Fault;
use crate::value::{Attributes, Facts, Message, Value};

use super::chosen::Chosen;

/// The facts of one call. They become values when something reads them.
pub(super) struct CallFacts {
    chosen: Arc<Chosen>,
    /// How many calls it took.
    attempts: u32,
    reply: Option<ReplyFacts>,
    /// The result of which the answer is made.
    pub result: Option<Bytes>,
}

impl CallFacts {
    /// The facts that are known before the call.
    pub(super) fn new(chosen: &Arc<Chosen>) -> Self {
        CallFacts { chosen: chosen.clone(), attempts: 1, reply: None, result: None }
    }

    /// How many calls it took.
    pub(super) fn made(&mut self, attempts: u32) {
        self.attempts = attempts;
    }

    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Adds the facts of the response, or of the head of one that streams.
    pub(super) fn answered(&mut self, reply: ReplyFacts) {
        self.reply = Some(reply);
    }

    /// By their names.
    fn list(&self) -> Vec<(&'static str, Value)> {
        let mut list = vec![("function", Value::from(&*self.chosen.name))];
        let mut add = |name, text: Option<Arc<str>>| list.extend(text.map(|text| (name, Value::from(&*text))));
        add("qualifier", self.chosen.qualifier.clone());
        if let Some(reply) = &self.reply {
            add("version", reply.executed_version().map(Into::into));
            add("requestId", reply.request_id().map(Into::into));
            add("durableExecutionArn", reply.durable_execution_arn().map(Into::into));
            add("log", reply.log_tail().map(Into::into));
        }
        if self.attempts > 1 {
            list.push(("attempts", i64::from(self.attempts).into()));
        }
        list
    }

    pub(super) fn put_into(self, message: &mut Message) {
        message.attributes = Attributes::of(self);
    }

    /// Members of `error` that are set already stay.
    pub(super) fn put_into_fault(self, fault: &mut Fault) {
        for (name, value) in self.list() {
            if !fault.details.iter().any(|(known, _)| **known == *name) {
                fault.details.push((name.into(), value));
            }
        }
    }
}

impl Facts for CallFacts {
    fn tell(&self) -> Value {
        Value::object([("lambda", Value::object(self.list()))])
    }
}
