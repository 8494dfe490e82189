//! A request's way through its pipeline.
//!
//! Everything here was made at load: a [`Snapshot`] leads from a path and a verb to a [`Pipeline`], [`execute`] walks its ops
//! over one [`Context`], and a [`Fault`] looks up its op in the pipeline's handler table.

mod api_info;
mod budget;
mod call_log;
mod caller;
mod calls;
mod client_certificate;
mod context;
mod encoded;
mod error_document;
mod execute;
mod fault;
mod handlers;
mod hooks;
pub mod kinds;
mod limits;
mod measures;
mod noting;
mod outcome;
mod outgoing;
mod overrides;
mod record;
mod recorder;
mod request;
mod router;
mod slots;
mod snapshot;
mod spans;
mod step_info;
mod symbols;
mod variables;

pub use api_info::{ApiInfo, ClientDemand, DeclaredParameter, Document, OperationInfo};
pub use budget::{Budget, ContextLimits};
pub use call_log::log as log_call;
pub use caller::{Authorized, Caller, CallerNames, Identity};
pub use calls::{Call, CallContent, CallFailure, CallSite, CallTarget, Calls, Fetches, Observer, address};
pub use client_certificate::ClientCertificate;
pub use context::{Context, Handling, MatchedRoute, Op, Pipeline, State, Step};
pub use error_document::{ErrorFormat, error_document};
pub use execute::execute;
pub use fault::{Fault, FaultParts, FaultSource};
pub use handlers::{CatchNames, Handler};
pub use hooks::RequestHooks;
pub use kinds::{FaultKind, PREFLOW, PREFLOW_MESSAGE};
pub use limits::{LimitState, RateLimitStates};
pub use measures::{DURATIONS, STATUSES, status_class};
pub use outcome::{Next, Outcome};
pub use outgoing::{AnswerHeader, Outgoing};
pub use overrides::Overrides;
pub use record::{
    CallRecord, Change, Content, ContentKind, Details, Failure, FaultRecord, Masks, MessageView, Part, Record,
    RecordSink, RecordSummary, Recording, StepOutcome, StepRecord, Variable, shown_message,
};
pub use recorder::Recorder;
pub use request::{Request, protocol};
pub use router::{Conflict, RouteMatch, Router};
pub use slots::{Slot, Variables};
pub use snapshot::{Route, Snapshot, asked_verb};
pub use spans::{CallSpan, SpanId, SpanRecorder, Spans, StepSpan, TRACEPARENT, TraceId};
pub use step_info::{OpId, StepInfo};
pub use symbols::Symbols;
pub use variables::{Known, VARIABLES, VariableInfo, Writable, info as variable_info, is_writable, message_value};
