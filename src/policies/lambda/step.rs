use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderName;
use tokio::time::Instant;

use crate::aws::client::Invocation;
use crate::expression::{Reference, Root};
use crate::policy::kit::trace_id::{trace_id, trace_id_of_rest_api};
use crate::resources::bulkhead::Permit;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, Step, kinds};
use crate::value::Message;

use super::answer;
use super::background::InBackground;
use super::bulkhead::Limit;
use super::cache::{self, AnswerCache, Looked};
use super::call_options::CallOptions;
use super::caller::Caller;
use super::chosen::Chosen;
use super::config::ResponseFormat;
use super::function_choice::Select;
use super::payload::Payload;
use super::recorded;
use super::variables::Variables;

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// No function runs longer.
const LONGEST_RUN: Duration = Duration::from_secs(15 * 60);

/// A compiled `lambda`.
pub(super) struct Lambda {
    pub caller: Arc<Caller>,
    pub select: Select,
    pub payload: Payload,
    pub options: CallOptions,
    /// The largest payload in bytes.
    pub limit: usize,
    pub output: Root,
    pub timeout: Duration,
    pub cache: Option<Box<AnswerCache>>,
    /// How many calls of the function run at a time.
    pub bulkhead: Option<Limit>,
    /// The queue of calls that no request waits for.
    pub background: Option<InBackground>,
    pub variables: Variables,
    /// The answer ends the flow.
    pub respond: bool,
    /// The faults that stop the flow; all of them where nothing is said.
    pub stops: Option<Box<[String]>>,
}

impl Lambda {
    pub(super) fn reads(&self) -> Vec<Reference> {
        let cached = self.cache.as_deref().map(AnswerCache::references).unwrap_or_default();
        let values = self.select.references().into_iter().chain(self.options.references()).chain(cached);
        self.payload.reads().into_iter().chain(values.cloned()).chain(self.variables.reads()).collect()
    }

    async fn invoke(&self, cx: &mut Context) -> Result<Next, Fault> {
        let answer = match self.prepare(cx) {
            Ok((chosen, mut invocation)) => {
                let answer = self.answer(cx, &chosen, &mut invocation).await;
                answer.map(|answer| self.with_trace(answer, &invocation))
            }
            Err(fault) => Err(fault),
        };
        match answer {
            Ok(answer) => {
                let values = self.variables.evaluate(cx, &answer)?;
                cx.state.put_output(&self.output, answer);
                self.variables.set(cx, values)?;
                Ok(if self.respond { Next::Stop } else { Next::Continue })
            }
            Err(mut fault) if self.stops_on(&fault) => {
                cx.state.log_failed_call(&self.caller.site, Some(&mut fault));
                Err(fault)
            }
            Err(fault) => {
                cx.state.log_failed_call(&self.caller.site, None);
                cx.state.put_output(&self.output, answer::of_fault(&fault));
                Ok(Next::Continue)
            }
        }
    }

    /// Whether the flow never goes on after the step. It does after a fault that does not stop it.
    pub(super) fn diverges(&self) -> bool {
        self.respond && self.stops.is_none()
    }

    /// Chooses the function and makes its payload and its time limit.
    fn prepare(&self, cx: &Context) -> Result<(Arc<Chosen>, Invocation), Fault> {
        let chosen = self.select.choose(cx, &self.caller.client)?;
        let trace_id =
            if self.payload.is_of_rest_api() { trace_id_of_rest_api(&cx.state) } else { trace_id(&cx.state) };
        let payload = self.payload.build(cx, trace_id.as_ref())?;
        if payload.len() > self.limit {
            let message = format!("the payload has {} bytes, and Lambda takes at most {}", payload.len(), self.limit);
            return Err(Fault::new(&kinds::LAMBDA_PAYLOAD_TOO_LARGE, FaultSource::Client, message));
        }
        let payload_sha256 = self.payload.sha256(cx);
        let mut invocation = Invocation { payload, payload_sha256, timeout: self.timeout, ..Invocation::default() };
        if trace_id.is_some() {
            invocation.call_headers().trace_id = trace_id;
        }
        self.options.fill(cx, &mut invocation)?;
        Ok((chosen, invocation))
    }

    /// REST APIs tell the client the trace of the call.
    fn with_trace(&self, mut answer: Message, invocation: &Invocation) -> Message {
        let trace = invocation.call_headers.as_ref().and_then(|headers| headers.trace_id.clone());
        if let Some(trace) = trace.filter(|_| self.payload.is_of_rest_api()) {
            answer.headers.insert(TRACE_ID, trace);
        }
        answer
    }

    /// Hands the call over and goes on.
    fn fire(&self, background: &InBackground, cx: &Context) -> Result<Next, Fault> {
        let fired = self.prepare(cx).and_then(|(chosen, invocation)| {
            let permit = self.enter(&chosen)?;
            background.submit(self.caller.clone(), chosen, invocation, permit, cx.state.request.id.clone())
        });
        match fired {
            Err(fault) if self.stops_on(&fault) => Err(fault),
            Err(fault) => {
                let step = &self.caller.site.step;
                tracing::warn!(
                    request_id = %cx.state.request.id, step = %step.title, place = %step.place, fault = %fault.name,
                    cause = fault.cause, "no call in the background: {}", fault.message
                );
                Ok(Next::Continue)
            }
            Ok(()) => Ok(Next::Continue),
        }
    }

    fn enter(&self, chosen: &Chosen) -> Result<Option<Permit>, Fault> {
        self.bulkhead.as_ref().map(|limit| limit.enter(chosen)).transpose()
    }

    /// The answer that is kept, or the function's.
    async fn answer(
        &self,
        cx: &mut Context,
        chosen: &Arc<Chosen>,
        invocation: &mut Invocation,
    ) -> Result<Message, Fault> {
        let now = Instant::now();
        invocation.timeout = invocation.timeout.min(cx.state.budget.deadline.saturating_duration_since(now));
        invocation.deadline = Some(now + invocation.timeout);
        let looked = match &self.cache {
            Some(cache) => cache.look(cx, chosen, invocation, &self.payload.client_headers(cx)),
            None => Looked::Pass,
        };
        let ticket = match looked {
            Looked::Answer(answer) => return Ok(*answer),
            Looked::Call(ticket) => Some(ticket),
            Looked::Pass => None,
        };
        let id = cx.state.request.id.clone();
        let decodes = !self.caller.strict || self.payload.decodes(cx);
        let permit = self.enter(chosen)?;
        let (answer, mut call, result) = self.caller.call(chosen, invocation, &id, decodes).await;
        if cx.state.is_recorded() {
            call.content = Some(recorded::sent(invocation, result));
        }
        cx.state.call_ended(&self.caller.site, call);
        if cx.state.is_recorded() {
            recorded::answered(&mut cx.state, &answer);
        }
        let mut answer = answer?;
        if let Some(permit) = permit {
            answer.body = match self.caller.response {
                // A function that streams its answer runs on when its reader leaves.
                ResponseFormat::Stream => answer.body.outliving(permit, LONGEST_RUN),
                _ => answer.body.holding(permit),
            };
        }
        Ok(match ticket {
            Some(ticket) => cache::keep(*ticket, answer),
            None => answer,
        })
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
        match &self.background {
            Some(background) => Outcome::Ready(self.fire(background, cx)),
            // A stream's head may take as long as the step may, and its first chunk again.
            None if self.caller.response == ResponseFormat::Stream => Outcome::wait(self.invoke(cx)),
            None => Outcome::timely(self.invoke(cx)),
        }
    }
}
