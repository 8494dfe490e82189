//! Makes the calls of a step.

use std::sync::Arc;

use crate::aws::client::{Invocation, InvokeReply, LambdaClient, StreamReply};
use crate::aws::event::EventFormat;
use crate::aws::response;
use crate::runtime::Fault;
use crate::value::Message;

use super::call_facts::CallFacts;
use super::chosen::Chosen;
use super::config::{InvocationKind, ResponseFormat};
use super::retry::Retry;
use super::short_forms::ErrorStatuses;
use super::{answer, faults};

/// Everything that a call needs beside its function and its payload.
pub(super) struct Caller {
    pub client: Arc<LambdaClient>,
    pub kind: InvocationKind,
    pub response: ResponseFormat,
    /// Whose rules a proxy response follows.
    pub format: EventFormat,
    pub strict: bool,
    pub retry: Retry,
    /// The statuses of a function that failed.
    pub statuses: ErrorStatuses,
}

impl Caller {
    /// Calls the function and makes a message of its answer.
    pub(super) async fn call(
        &self,
        chosen: &Arc<Chosen>,
        invocation: &mut Invocation,
        id: &str,
    ) -> Result<Message, Fault> {
        let mut notes = CallFacts::new(chosen);
        let answered = self.answer(chosen, invocation, &mut notes, id).await;
        match answered {
            Ok(mut message) => {
                notes.put_into(&mut message);
                Ok(message)
            }
            Err(mut fault) => {
                notes.put_into_fault(&mut fault);
                Err(fault)
            }
        }
    }

    async fn answer(
        &self,
        chosen: &Arc<Chosen>,
        invocation: &mut Invocation,
        notes: &mut CallFacts,
        id: &str,
    ) -> Result<Message, Fault> {
        let (function, qualifier) = (&*chosen.name, chosen.qualifier.as_deref());
        if self.response == ResponseFormat::Stream {
            // In a box, so that other calls do not carry its room.
            return Box::pin(self.stream(chosen, invocation, notes, id)).await;
        }
        let (reply, attempts) = self.retry.call::<InvokeReply>(&self.client, &chosen.target, invocation).await;
        notes.made(attempts);
        let reply = reply.map_err(|error| faults::of_error(error, function))?;
        tracing::debug!(
            request_id = id,
            function,
            qualifier,
            version = reply.facts.executed_version(),
            lambda_request_id = reply.facts.request_id(),
            function_error = reply.function_error.is_some(),
            log = reply.facts.log_tail(),
            "invoked"
        );
        let failed = reply.function_error.is_some() && self.kind == InvocationKind::RequestResponse;
        let answer = match failed {
            true => Err(faults::of_function_error(&reply, function, self.statuses)),
            false => answer::message(reply.payload, self.kind, self.response, self.format, self.strict),
        };
        notes.answered(reply.facts);
        answer
    }

    /// Calls a function that streams; its answer goes on when the step is over.
    async fn stream(
        &self,
        chosen: &Chosen,
        invocation: &mut Invocation,
        notes: &mut CallFacts,
        id: &str,
    ) -> Result<Message, Fault> {
        let function = &*chosen.name;
        let (reply, attempts) = self.retry.call::<StreamReply>(&self.client, &chosen.target, invocation).await;
        notes.made(attempts);
        let reply = reply.map_err(|error| faults::of_error(error, function))?;
        let (version, lambda_request_id) = (reply.facts.executed_version(), reply.facts.request_id());
        tracing::debug!(request_id = id, function, version, lambda_request_id, "invoked, and its answer streams");
        let declared = reply.declared_type().cloned();
        notes.answered(reply.facts);
        let opened = response::open(reply.body, declared.as_ref()).await;
        let opened = opened.map_err(|error| faults::of_stream(error, function, self.statuses))?;
        Ok(Message {
            status: Some(opened.status),
            headers: opened.headers.into(),
            body: opened.body,
            ..Message::default()
        })
    }
}
