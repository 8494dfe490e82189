//! The messages to the thread of a run.

use bytes::Bytes;

use crate::runtime::Call;

/// The number of a run.
pub(super) type RunId = u64;

/// How an operation ended.
pub(super) enum Outcome {
    Timer,
    Failed {
        code: u16,
        message: String,
        call: Box<Call>,
    },
    /// `headers` is JSON.
    Response {
        status: u16,
        reason: String,
        headers: Vec<u8>,
        body: Bytes,
        call: Box<Call>,
    },
}

impl Outcome {
    /// The call that ended.
    pub(super) fn call(&self) -> Option<&Call> {
        match self {
            Outcome::Timer => None,
            Outcome::Failed { call, .. } | Outcome::Response { call, .. } => Some(call),
        }
    }
}

/// A message to a thread that a run waits on.
pub(super) enum Mail {
    /// A call has its answer, or a timer has rung.
    Outcome { run: RunId, operation: u32, outcome: Outcome },
    /// The run has no receiver any more.
    Stop { run: RunId },
}
