//! Requests whose pipeline has ended, as the access log, metrics and traces see them.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::{Caller, State, StepInfo};

/// A fault, handled or not, and where it happened.
pub(super) struct Failure {
    pub(super) fault: String,
    pub(super) step: Option<Arc<StepInfo>>,
}

/// The facts of a request at the end of its pipeline.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) failure: Option<Failure>,
    /// The application that called.
    pub(super) caller: Option<Arc<Caller>>,
    /// How long the request waited for the answers of its calls.
    pub(super) waited: Duration,
}

impl Facts {
    pub(super) fn of(state: &mut State, failure: Option<Failure>) -> Self {
        Facts { failure, caller: state.identity.caller.take(), waited: state.handling.calls.waited }
    }
}
