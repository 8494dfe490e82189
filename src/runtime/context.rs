//! The state of one request, and the pipeline that it goes through: steps work on the context, which knows the pipeline of the
//! steps.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

use super::api_info::{ApiInfo, OperationInfo};
use super::budget::{Budget, ContextLimits};
use super::caller::Identity;
use super::calls::Calls;
use super::error_document::ErrorFormat;
use super::fault::Fault;
use super::handlers::Handler;
use super::limits::RateLimitStates;
use super::outcome::Outcome;
use super::outgoing::Outgoing;
use super::recorder::Recorder;
use super::request::Request;
use super::slots::{Slot, Variables};
use super::step_info::{OpId, StepInfo};
use super::symbols::Symbols;
use crate::base::Generation;
use crate::expression::{Builtin, Fixed, Reference};
use crate::value::{Body, Headers, Message, Room, Value};

/// The state of a request, in one box, so that it can be moved to another thread and back. It owns everything that a step may touch.
pub struct Context {
    pub state: Box<State>,
}

/// The state of a request, in groups.
pub struct State {
    pub request: Request,
    pub route: MatchedRoute,
    /// The caller.
    pub identity: Identity,
    /// The message that is sent: to the next call, and to the client.
    pub outgoing: Outgoing,
    /// The variables that steps have set.
    pub variables: Variables,
    /// The limits of the request.
    pub budget: Budget,
    /// The fault that is being handled, and the recorder.
    pub handling: Handling,
    /// The time and the random numbers that a test fixes.
    pub fixed: Fixed,
}

/// The run-time half of a policy: made once per step at load, run for every request.
pub trait Step: Send + Sync {
    /// Does the step's work on the request's context.
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a>;
}

/// One instruction of the executor. The enum is closed: new behaviour is a new step.
pub enum Op {
    Step(Box<dyn Step>),
    /// Runs the test; where it answers [`Next::Otherwise`](super::Next::Otherwise), the flow goes on there.
    Branch {
        test: Box<dyn Step>,
        otherwise: OpId,
    },
    /// Reads the body of `message` before the first step that looks into it.
    LoadBody,
    Jump(OpId),
    Stop,
}

/// A compiled assembly. All operations that share the assembly share the pipeline.
#[derive(Default)]
pub struct Pipeline {
    /// Pre-assembly stages, the author's steps, the handlers' steps, `finally`.
    pub ops: Box<[Op]>,
    /// In the order in which entries are tried.
    pub handlers: Box<[Handler]>,
    /// The first op of `finally`, if there is one.
    pub finally: Option<OpId>,
    /// The first op of the stages that run after every assembly, if there are any.
    pub post: Option<OpId>,
    pub symbols: Symbols,
    /// The first values of variables: the API's properties.
    pub initial: Box<[(u16, Value)]>,
    /// For every op, the step it came from.
    pub info: Box<[Option<Arc<StepInfo>>]>,
    /// The variables that the steps of ops read by names that are known at load, in the order of the ops. Only for records.
    pub reads: Box<[(OpId, Box<[Reference]>)]>,
    /// Some step reads `request.body`, or a parameter that is there, so the original is kept in addition to `message`.
    pub keeps_request_body: bool,
    /// Some step reads a body as a value, so that it is parsed.
    pub parses_body: bool,
    /// A request runs to its end when its client leaves.
    pub runs_to_end: bool,
    /// Some step signs the body of `message` as it came.
    pub signs_body: bool,
    /// Some step reads `api.document`.
    pub reads_document: bool,
    /// A stage answers browsers that ask before they call.
    pub answers_preflight: bool,
    /// The gateway whose variables these are.
    pub generation: Generation,
    pub error_format: ErrorFormat,
}

/// The API, the operation and the pipeline of a request.
#[derive(Clone)]
pub struct MatchedRoute {
    pub api: Arc<ApiInfo>,
    pub operation: Arc<OperationInfo>,
    pub pipeline: Arc<Pipeline>,
}

/// The fault that is being handled, and the recorder.
#[derive(Default)]
pub struct Handling {
    /// The fault, and the step it came from.
    pub error: Option<(Fault, Option<Arc<StepInfo>>)>,
    /// Only of requests that are traced.
    pub recorder: Option<Box<Recorder>>,
    /// The calls of its steps.
    pub calls: Calls,
}

// === impl Pipeline ===

impl Pipeline {
    /// The first handler that guards this op and takes this fault.
    pub fn handler(&self, op: OpId, fault: &Fault) -> Option<&Handler> {
        self.handlers.iter().find(|handler| handler.is_for(op, fault))
    }
}

// === impl Context ===

impl Context {
    /// A context at the start of its pipeline. `message` starts as a copy of the request and owns the body.
    pub fn new(
        pipeline: Arc<Pipeline>,
        api: Arc<ApiInfo>,
        operation: Arc<OperationInfo>,
        mut request: Request,
        body: Body,
        limits: ContextLimits,
    ) -> Self {
        let mut slots: Box<[Slot]> = (0..pipeline.symbols.len()).map(|_| Slot::Empty).collect();
        for (slot, value) in &pipeline.initial {
            if let Some(place) = slots.get_mut(usize::from(*slot)) {
                *place = Slot::Value(value.clone());
            }
        }
        let deadline = request.arrived + limits.request;
        let [of_message, of_request] = Headers::twice(std::mem::take(&mut request.headers).into_map());
        request.headers = of_request;
        let message = Message { headers: of_message, body, ..Message::default() };
        let variables = Variables { slots, ..Variables::default() };
        let budget = Budget {
            deadline,
            handlers: limits.handlers,
            body_limit: limits.body_bytes,
            limits: RateLimitStates::default(),
            room: Room::default(),
        };
        Context {
            state: Box::new(State {
                request,
                route: MatchedRoute { api, operation, pipeline },
                identity: Identity::default(),
                outgoing: Outgoing { message, ..Outgoing::default() },
                variables,
                budget,
                handling: Handling::default(),
                fixed: Fixed::default(),
            }),
        }
    }

    /// How long a step may still wait.
    pub fn remaining(&self) -> Duration {
        self.state.budget.deadline.saturating_duration_since(Instant::now())
    }
}

impl State {
    /// Puts the changes of the head on a response.
    pub fn finish(&self, message: &mut Message) {
        self.outgoing.finish(message);
    }

    /// A placeholder while another thread has the state. A handler sees it only if the state was lost.
    pub fn placeholder(&self) -> Box<State> {
        let request = Request {
            id: self.request.id.clone(),
            method: self.request.method.clone(),
            uri: self.request.uri.clone(),
            version: self.request.version,
            scheme: self.request.scheme,
            headers: Headers::default(),
            body: Body::Empty,
            body_kept: self.request.body_kept,
            client: self.request.client,
            peer: self.request.peer,
            certificate: self.request.certificate.clone(),
            local: self.request.local,
            received: self.request.received,
            arrived: self.request.arrived,
            path_parameters: Vec::new(),
        };
        Box::new(State {
            request,
            route: self.route.clone(),
            identity: self.identity.clone(),
            outgoing: Outgoing::default(),
            variables: Variables::default(),
            budget: Budget {
                deadline: self.budget.deadline,
                handlers: self.budget.handlers,
                body_limit: self.budget.body_limit,
                limits: RateLimitStates::default(),
                room: Room::default(),
            },
            handling: Handling { error: self.handling.error.clone(), ..Handling::default() },
            fixed: self.fixed,
        })
    }

    /// Says in the headers of a call which step of which trace it is made for, where the request is traced and `passes` lets
    /// such a header through.
    pub fn add_trace(&self, headers: &mut HeaderMap, passes: impl Fn(&str) -> bool) {
        if let Some(recorder) = &self.handling.recorder {
            recorder.add_trace(headers, passes);
        }
    }

    /// Takes over a fault that is handled from here on, and the step it came from.
    pub(super) fn take_fault(&mut self, fault: Fault, step: Option<Arc<StepInfo>>) {
        self.handling.error = Some((fault, step));
        // Members of `error` that steps have set belonged to the fault before.
        self.variables.written.forget(Builtin::Error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scripts run on threads of their own, and the state goes there and comes back.
    #[test]
    fn the_state_can_be_lent_to_another_thread() {
        fn lendable<T: Send + 'static>() {}
        lendable::<State>();
    }
}
