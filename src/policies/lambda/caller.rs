//! Makes the calls of a step.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;

use crate::aws::client::{Invocation, InvokeReply, LambdaClient, StreamReply};
use crate::aws::event::EventFormat;
use crate::aws::response::{self, Reading};
use crate::runtime::{Call, CallFailure, CallSite, CallTarget, Fault};
use crate::value::Message;

use super::call_facts::CallFacts;
use super::chosen::Chosen;
use super::config::{InvocationKind, ResponseFormat};
use super::retry::Retry;
use super::short_forms::ErrorStatuses;
use super::{answer, faults};

/// Everything that a call needs in addition to its function and its payload.
pub(super) struct Caller {
    pub site: CallSite,
    /// Of its functions.
    pub region: Arc<str>,
    pub client: Arc<LambdaClient>,
    pub kind: InvocationKind,
    pub response: ResponseFormat,
    /// The rules that a proxy response follows.
    pub format: EventFormat,
    pub strict: bool,
    pub retry: Retry,
    /// The statuses of a function that failed.
    pub statuses: ErrorStatuses,
}

impl Caller {
    /// Calls the function and makes a message of its answer. Also says how the call went. `decodes` is the rule for bodies that
    /// are marked as base64.
    pub(super) async fn call(
        &self,
        chosen: &Arc<Chosen>,
        invocation: &mut Invocation,
        id: &str,
        decodes: bool,
    ) -> (Result<Message, Fault>, Call, Option<Bytes>) {
        let (mut facts, started) = (CallFacts::new(chosen), Instant::now());
        let mut answered = self.answer(chosen, invocation, &mut facts, id, decodes).await;
        let call = Call { attempts: facts.attempts(), ..Call::ended(self.target(chosen), started, result(&answered)) };
        let result = facts.result.take();
        match &mut answered {
            Ok(message) => facts.put_into(message),
            Err(fault) => facts.put_into_fault(fault),
        }
        (answered, call, result)
    }

    fn target(&self, chosen: &Chosen) -> CallTarget {
        let (name, qualifier) = (chosen.name.clone(), chosen.qualifier.clone());
        CallTarget::Function { name, qualifier, region: self.region.clone() }
    }

    async fn answer(
        &self,
        chosen: &Arc<Chosen>,
        invocation: &mut Invocation,
        facts: &mut CallFacts,
        id: &str,
        decodes: bool,
    ) -> Result<Message, Fault> {
        let (function, qualifier) = (&*chosen.name, chosen.qualifier.as_deref());
        if self.response == ResponseFormat::Stream {
            // In a box, so that other calls do not carry its room.
            return Box::pin(self.stream(chosen, invocation, facts, id)).await;
        }
        let (reply, attempts) = self.retry.call::<InvokeReply>(&self.client, &chosen.target, invocation).await;
        facts.made(attempts);
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
            false => {
                facts.result = (self.response == ResponseFormat::Proxy).then(|| reply.payload.clone());
                let reading = Reading { format: self.format, strict: self.strict, decodes };
                answer::message(reply.payload, self.kind, self.response, reading)
            }
        };
        facts.answered(reply.facts);
        answer
    }

    /// Calls a function that streams; its answer goes on when the step is over.
    async fn stream(
        &self,
        chosen: &Chosen,
        invocation: &mut Invocation,
        facts: &mut CallFacts,
        id: &str,
    ) -> Result<Message, Fault> {
        let function = &*chosen.name;
        let (reply, attempts) = self.retry.call::<StreamReply>(&self.client, &chosen.target, invocation).await;
        facts.made(attempts);
        let reply = reply.map_err(|error| faults::of_error(error, function))?;
        let (version, lambda_request_id) = (reply.facts.executed_version(), reply.facts.request_id());
        tracing::debug!(request_id = id, function, version, lambda_request_id, "invoked, and its answer streams");
        let declared = reply.declared_type().cloned();
        facts.answered(reply.facts);
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

/// A function that answered, or why there is no answer to go on with.
fn result(answered: &Result<Message, Fault>) -> Result<StatusCode, CallFailure> {
    let fault = match answered {
        Ok(_) => return Ok(StatusCode::OK),
        Err(fault) => fault,
    };
    let cause = match &fault.cause {
        Some(cause) => format!("{}: {cause}", fault.message),
        None => fault.message.clone(),
    };
    Err(CallFailure { kind: fault.kind.map_or("other", |kind| kind.name), cause })
}
