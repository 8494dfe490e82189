//! The outcome of a step.

use std::future::Future;
use std::pin::Pin;

use super::fault::Fault;

/// The outcome of a step: at once, or after waiting. A step that does not wait costs no allocation.
pub enum Outcome<'a> {
    Ready(Result<Next, Fault>),
    Wait(Waiting<'a>),
    /// After waiting, and not past the request's deadline, which the caller need not check.
    Timely(Waiting<'a>),
}

/// A step that waits for something.
type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Next, Fault>> + Send + 'a>>;

/// The next op after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To the next op.
    Continue,
    /// Only from the test of a branch: its condition does not hold, and the flow goes on after the branch.
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
