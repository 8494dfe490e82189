//! What belongs to one request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{HeaderName, HeaderValue};
use http::{Method, Uri, Version};
use tokio::time::Instant;

use super::written::Written;
use super::{ApiInfo, Fault, Limits, OperationInfo, Pipeline, Recorder, StepInfo};
use crate::expression::Builtin;
use crate::value::{Body, Headers, Message, Value};

/// A request on its way. It owns everything a step may touch, behind one pointer, so that it can be lent to another thread.
pub struct Context {
    pub state: Box<State>,
}

/// The state of a request, in groups.
pub struct State {
    /// What came in.
    pub request: Request,
    /// Which route it takes.
    pub route: MatchedRoute,
    /// Who calls.
    pub identity: Identity,
    /// What goes out: to the next call, and to the client.
    pub outgoing: Outgoing,
    /// What steps have set.
    pub variables: Variables,
    /// What the request may still use.
    pub budget: Budget,
    /// The fault that is being handled, and the recorder.
    pub handling: Handling,
}

/// The API, the operation and the pipeline of a request.
#[derive(Clone)]
pub struct MatchedRoute {
    pub api: Arc<ApiInfo>,
    pub operation: Arc<OperationInfo>,
    pub pipeline: Arc<Pipeline>,
}

/// Who calls.
#[derive(Clone, Default)]
pub struct Identity {
    /// The application that was identified. The one place where `client.*` and `plan.*` come from.
    pub caller: Option<Arc<Caller>>,
    /// The alternatives of the security requirements, by their numbers as bits, whose application was found.
    pub identified: u64,
    /// The claims of the token that was validated last, which events of API Gateway show.
    pub claims: Option<Value>,
}

/// What the next call sends and the client receives.
#[derive(Default)]
pub struct Outgoing {
    pub message: Message,
    /// Headers of `message` that a step has set. While `message` is still the request, only these go to the client.
    pub touched_headers: Vec<HeaderName>,
    /// A call has replaced `message`, so it is a response now.
    pub is_response: bool,
    /// Changes of the response's head that stay whatever becomes of `message`.
    pub answer_headers: Vec<AnswerHeader>,
}

/// What steps have set.
#[derive(Default)]
pub struct Variables {
    /// One place for every variable that the pipeline knows.
    pub slots: Box<[Slot]>,
    /// Variables whose names only run time knew.
    pub overflow: HashMap<Arc<str>, Slot>,
    /// What steps have set of the gateway's own variables.
    pub written: Written,
}

/// What a request may still use.
pub struct Budget {
    pub deadline: Instant,
    /// What handlers and `finally` have of their own.
    pub handlers: Duration,
    /// The largest body that is read.
    pub body_limit: usize,
    /// The rate limits that it was counted against.
    pub limits: Limits,
}

/// The fault that is being handled, and the recorder.
#[derive(Default)]
pub struct Handling {
    /// The fault, and the step it came from.
    pub error: Option<(Fault, Option<Arc<StepInfo>>)>,
    /// Only of requests that are traced.
    pub recorder: Option<Box<Recorder>>,
}

/// A change of the response's head that neither a call's answer nor an error document undoes.
#[derive(Debug, Clone)]
pub enum AnswerHeader {
    Set(HeaderName, HeaderValue),
    Add(HeaderName, HeaderValue),
    Remove(HeaderName),
}

/// The original request; steps read it and never change it.
#[derive(Debug)]
pub struct Request {
    pub id: Arc<str>,
    pub method: Method,
    pub uri: Uri,
    pub version: Version,
    /// `http` or `https`.
    pub scheme: &'static str,
    pub headers: Headers,
    /// Kept only when a step of the pipeline reads it.
    pub body: Body,
    /// `request.body` holds what the client sent.
    pub body_kept: bool,
    pub client: SocketAddr,
    /// Where the connection arrived.
    pub local: SocketAddr,
    pub received: SystemTime,
    /// The same on the clock that time limits go by.
    pub arrived: Instant,
    /// Names and values of the path's parameters, still percent-encoded.
    pub path_parameters: Vec<(Arc<str>, String)>,
}

/// How access lines and events write a version of HTTP.
pub fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_11 => "HTTP/1.1",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "other",
    }
}

/// The content of a variable of the pipeline.
#[derive(Debug, Default)]
pub enum Slot {
    #[default]
    Empty,
    Value(Value),
    /// What a call put into its `output`.
    Message(Box<Message>),
}

/// Who calls, and under which plan. One is made at load for every application that may call.
#[derive(Debug, Default)]
pub struct Caller {
    /// What `client.*` says.
    pub client: Value,
    /// What `plan.*` says.
    pub plan: Value,
    /// Its place among the applications of the API.
    pub number: usize,
}

// === impl Request ===

impl Request {
    /// Seconds since 1970 at which the request arrived: one time for everything that happens to it.
    pub fn received_seconds(&self) -> i64 {
        let since = self.received.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
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
        let budget =
            Budget { deadline, handlers: limits.handlers, body_limit: limits.body_bytes, limits: Limits::default() };
        Context {
            state: Box::new(State {
                request,
                route: MatchedRoute { api, operation, pipeline },
                identity: Identity::default(),
                outgoing: Outgoing { message, ..Outgoing::default() },
                variables,
                budget,
                handling: Handling::default(),
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
        for change in &self.outgoing.answer_headers {
            match change {
                AnswerHeader::Set(name, value) => drop(message.headers.insert(name, value.clone())),
                AnswerHeader::Add(name, value) => drop(message.headers.append(name, value.clone())),
                AnswerHeader::Remove(name) => drop(message.headers.remove(name)),
            }
        }
    }

    /// What stands in the state's place while it is lent. A handler sees it only where the state was lost.
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
                limits: Limits::default(),
            },
            handling: Handling { error: self.handling.error.clone(), recorder: None },
        })
    }

    /// Takes over a fault that is handled from here on, and the step it came from.
    pub(super) fn take_fault(&mut self, fault: Fault, step: Option<Arc<StepInfo>>) {
        self.handling.error = Some((fault, step));
        // What steps set of `error` belonged to the fault before.
        self.variables.written.forget(Builtin::Error);
    }
}

/// The limits a context starts with.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContextLimits {
    pub request: Duration,
    pub handlers: Duration,
    pub body_bytes: usize,
}

// === impl Slot ===

impl Slot {
    pub fn is_empty(&self) -> bool {
        matches!(self, Slot::Empty)
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
