//! A request's way through its pipeline.
//!
//! Everything here was made at load: a [`Snapshot`] leads from a path and a verb to a [`Pipeline`], [`execute`] walks its ops
//! over one [`Context`], and a [`Fault`] looks up its op in the pipeline's handler table.

mod api_info;
mod context;
mod error_document;
mod execute;
mod fault;
mod limits;
mod pipeline;
mod recorder;
mod router;
mod snapshot;
mod variables;
mod written;

use std::future::Future;
use std::pin::Pin;

pub use api_info::{ApiInfo, ClientDemand, DeclaredParameter, Document, OperationInfo};
pub use context::{
    AnswerHeader, Budget, Caller, Context, ContextLimits, Handling, Identity, MatchedRoute, Outgoing, Request, Slot,
    State, Variables, protocol,
};
pub use error_document::error_document;
pub use execute::execute;
pub use fault::{Fault, FaultKind, FaultParts, FaultSource, kinds};
pub use limits::{LimitState, Limits};

pub use pipeline::{CatchNames, ErrorFormat, Handler, Op, OpId, Pipeline, StepInfo, Symbols};
pub use recorder::{Recorder, SpanId, StepSpan, StepSpans, TRACEPARENT, TraceId};
pub use router::{Conflict, RouteMatch, Router};
pub use snapshot::{Route, Snapshot, asked_verb};
pub use variables::{Known, VARIABLES, VariableInfo, Writable, info as variable_info, is_writable, message_value};
pub use written::Written;

/// The run-time half of a policy: made once per step at load, run for every request.
pub trait Step: Send + Sync {
    /// Does the step's work on the request's context.
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a>;
}

/// What a step answers: at once, or after waiting. A step that does not wait costs no allocation.
pub enum Outcome<'a> {
    Ready(Result<Next, Fault>),
    Wait(Waiting<'a>),
    /// After waiting, and not past the request's deadline: nobody else need keep the time.
    Timely(Waiting<'a>),
}

/// A step that waits for something.
type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Next, Fault>> + Send + 'a>>;

/// Where the flow goes after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To the next op.
    Continue,
    /// Only from the test of a branch: its condition does not hold, and the flow goes on behind the branch.
    Otherwise,
    /// To `finally`, with the message as the response.
    Stop,
    /// To the client, with the message as the response: the assembly has no part in it.
    End,
}

impl<'a> Outcome<'a> {
    /// The step is done.
    pub fn done() -> Self {
        Outcome::Ready(Ok(Next::Continue))
    }

    /// The step failed.
    pub fn fault(fault: Fault) -> Self {
        Outcome::Ready(Err(fault))
    }

    /// The step waits for something.
    pub fn wait(future: impl Future<Output = Result<Next, Fault>> + Send + 'a) -> Self {
        Outcome::Wait(Box::pin(future))
    }

    /// The step waits for something, and gives up by itself when the request's time is over.
    pub fn timely(future: impl Future<Output = Result<Next, Fault>> + Send + 'a) -> Self {
        Outcome::Timely(Box::pin(future))
    }
}
