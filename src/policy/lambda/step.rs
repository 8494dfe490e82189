use std::time::Duration;

use crate::aws::client::Invocation;
use crate::aws::event::EventFormat;
use crate::expression::Root;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::Message;

use super::cache::{self, AnswerCache, Looked};
use super::config::{InvocationKind, ResponseFormat};
use super::payload::{self, Payload};
use super::target::Call;
use super::{answer, faults};

/// A compiled `lambda`.
pub(super) struct Lambda {
    pub target: Call,
    pub payload: Payload,
    pub response: ResponseFormat,
    pub strict: bool,
    pub kind: InvocationKind,
    pub output: Root,
    pub timeout: Duration,
    pub cache: Option<AnswerCache>,
    /// The faults that stop the flow; all of them where nothing is said.
    pub stops: Option<Box<[String]>>,
}

impl Lambda {
    async fn invoke(&self, cx: &mut Context) -> Result<Next, Fault> {
        let answer = match self.invocation(cx) {
            Ok(invocation) => match self.look(cx, &invocation) {
                Looked::Answer(answer) => Ok(*answer),
                Looked::Call(ticket) => self.call(invocation).await.map(|answer| cache::keep(*ticket, answer)),
                Looked::Pass => self.call(invocation).await,
            },
            Err(fault) => Err(fault),
        };
        match answer {
            Ok(answer) => cx.state.put_output(&self.output, answer),
            Err(fault) if self.stops_on(&fault) => return Err(fault),
            Err(fault) => cx.state.put_output(&self.output, answer::of_fault(&fault)),
        }
        Ok(Next::Continue)
    }

    /// The payload, checked, and how long the call may take.
    fn invocation(&self, cx: &Context) -> Result<Invocation, Fault> {
        let trace_id = payload::trace_id(&cx.state);
        let payload = self.payload.build(cx, trace_id.as_ref())?;
        let limit = self.target.limit;
        if payload.len() > limit {
            let message = format!("the payload has {} bytes, and Lambda takes at most {limit}", payload.len());
            return Err(Fault::new(&kinds::LAMBDA_PAYLOAD_TOO_LARGE, FaultSource::Client, message));
        }
        let timeout = self.timeout.min(cx.remaining());
        Ok(Invocation { payload, timeout, trace_id, ..Invocation::default() })
    }

    fn look(&self, cx: &Context, invocation: &Invocation) -> Looked {
        match &self.cache {
            Some(cache) => cache.look(cx, &invocation.payload, &self.payload.client_headers(cx)),
            None => Looked::Pass,
        }
    }

    async fn call(&self, invocation: Invocation) -> Result<Message, Fault> {
        // One call, whatever comes back: a function is never run a second time behind the author's back.
        let reply = self.target.client.invoke(&self.target.target, invocation).await;
        let reply = reply.map_err(|error| faults::of_error(error, &self.target.name))?;
        if reply.function_error.is_some() && self.kind == InvocationKind::RequestResponse {
            return Err(faults::of_function_error(&reply, &self.target.name));
        }
        let event = self.payload.format().unwrap_or(EventFormat::V2);
        answer::message(reply, self.kind, self.response, event, self.strict)
    }

    fn stops_on(&self, fault: &Fault) -> bool {
        match &self.stops {
            Some(names) => fault.names().any(|name| names.iter().any(|stop| stop == name)),
            None => true,
        }
    }
}

impl Step for Lambda {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::wait(self.invoke(cx))
    }
}
