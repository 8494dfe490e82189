//! What belongs to one request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::{HeaderName, HeaderValue};
use http::{Method, Uri, Version};
use tokio::time::Instant;

use super::variables::Written;
use super::{ApiInfo, Fault, Limits, OperationInfo, Pipeline, Recorder, StepInfo};
use crate::expression::Builtin;
use crate::value::{Body, Headers, Message, Value};

/// A request on its way. It owns everything a step may touch, behind one pointer, so that it can be lent to another thread.
pub struct Context {
    pub state: Box<State>,
}

/// The state of a request.
pub struct State {
    pub request: Request,
    /// What the next call sends and the client receives.
    pub message: Message,
    /// Headers of `message` that a step has set. While `message` is still the request, only these go to the client.
    pub touched_headers: Vec<HeaderName>,
    /// A call has replaced `message`, so it is a response now.
    pub is_response: bool,
    /// What stands in the response's head whatever becomes of `message`.
    pub answer_headers: Vec<AnswerHeader>,
    /// `request.body` holds what the client sent.
    pub request_body_kept: bool,
    pub api: Arc<ApiInfo>,
    pub operation: Arc<OperationInfo>,
    /// One place for every variable that the pipeline knows.
    pub slots: Box<[Variable]>,
    /// Variables whose names only run time knew.
    pub overflow: HashMap<Arc<str>, Variable>,
    /// What steps have set of the gateway's own variables.
    pub written: Written,
    /// The application that was identified. The one place where `client.*` and `plan.*` come from.
    pub caller: Option<Arc<Caller>>,
    /// The alternatives of the security requirements, by their numbers as bits, whose application was found.
    pub identified: u64,
    /// The claims of the token that was validated last, which events of API Gateway show.
    pub claims: Option<Value>,
    /// The pipeline, for its symbol table.
    pub pipeline: Arc<Pipeline>,
    /// The fault that is being handled, and the step it came from.
    pub error: Option<(Fault, Option<Arc<StepInfo>>)>,
    /// The limits that it was counted against.
    pub limits: Limits,
    pub deadline: Instant,
    /// What handlers and `finally` have of their own.
    pub handler_budget: Duration,
    /// The largest body that is read.
    pub body_limit: usize,
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

/// A variable's content.
#[derive(Debug, Default)]
pub enum Variable {
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
        let mut slots: Box<[Variable]> = (0..pipeline.symbols.len()).map(|_| Variable::Empty).collect();
        for (slot, value) in &pipeline.initial {
            if let Some(place) = slots.get_mut(usize::from(*slot)) {
                *place = Variable::Value(value.clone());
            }
        }
        let deadline = request.arrived + limits.request;
        let [of_message, of_request] = Headers::twice(std::mem::take(&mut request.headers).into_map());
        request.headers = of_request;
        let message = Message { headers: of_message, body, ..Message::default() };
        Context {
            state: Box::new(State {
                request,
                message,
                touched_headers: Vec::new(),
                is_response: false,
                answer_headers: Vec::new(),
                request_body_kept: false,
                api,
                operation,
                slots,
                overflow: HashMap::new(),
                written: Written::default(),
                caller: None,
                identified: 0,
                claims: None,
                pipeline,
                error: None,
                limits: Limits::default(),
                deadline,
                handler_budget: limits.handlers,
                body_limit: limits.body_bytes,
                recorder: None,
            }),
        }
    }

    /// How long a step may still wait.
    pub fn remaining(&self) -> Duration {
        self.state.deadline.saturating_duration_since(Instant::now())
    }
}

impl State {
    /// Puts the changes of the head on a response.
    pub fn finish(&self, message: &mut Message) {
        for change in &self.answer_headers {
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
            client: self.request.client,
            local: self.request.local,
            received: self.request.received,
            arrived: self.request.arrived,
            path_parameters: Vec::new(),
        };
        Box::new(State {
            request,
            message: Message::default(),
            touched_headers: Vec::new(),
            is_response: false,
            answer_headers: Vec::new(),
            request_body_kept: self.request_body_kept,
            api: self.api.clone(),
            operation: self.operation.clone(),
            slots: Box::default(),
            overflow: HashMap::new(),
            written: Written::default(),
            caller: self.caller.clone(),
            identified: self.identified,
            claims: self.claims.clone(),
            pipeline: self.pipeline.clone(),
            error: self.error.clone(),
            limits: Limits::default(),
            deadline: self.deadline,
            handler_budget: self.handler_budget,
            body_limit: self.body_limit,
            recorder: None,
        })
    }

    /// Takes over a fault that is handled from here on, and the step it came from.
    pub(super) fn take_fault(&mut self, fault: Fault, step: Option<Arc<StepInfo>>) {
        self.error = Some((fault, step));
        // What steps set of `error` belonged to the fault before.
        self.written.forget(Builtin::Error);
    }
}

/// The limits a context starts with.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContextLimits {
    pub request: Duration,
    pub handlers: Duration,
    pub body_bytes: usize,
}

// === impl Variable ===

impl Variable {
    pub fn is_empty(&self) -> bool {
        matches!(self, Variable::Empty)
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
