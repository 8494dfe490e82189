//! Everything that is sent of one request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use http::{Method, StatusCode};

use crate::runtime::{CallSpan, SpanId, StepSpan, TraceId};

/// Everything that is sent of a request. No header, query or body ever comes here.
#[derive(Debug)]
pub(super) struct Whole {
    pub trace: TraceId,
    pub span: SpanId,
    /// The caller's span, which this trace goes on from.
    pub parent: Option<SpanId>,
    /// The caller's trace, where this one goes on from no other.
    pub link: Option<(TraceId, SpanId)>,
    pub method: Method,
    pub scheme: &'static str,
    pub path: String,
    pub client: SocketAddr,
    pub local: SocketAddr,
    pub id: Arc<str>,
    pub started: SystemTime,
    pub ended: SystemTime,
    pub status: Option<StatusCode>,
    pub complete: bool,
    pub api: Option<Arc<str>>,
    pub route: Option<Arc<str>>,
    pub fault: Option<String>,
    pub steps: Vec<StepSpan>,
    pub calls: Vec<CallSpan>,
}

impl Whole {
    /// How many spans it is.
    pub(super) fn spans(&self) -> u64 {
        1 + (self.steps.len() + self.calls.len()) as u64
    }
}
