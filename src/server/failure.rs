//! What went wrong with a request, for metrics and the access log.

use std::sync::Arc;

use crate::runtime::StepInfo;

/// A fault, handled or not, and where it happened.
pub(super) struct Failure {
    pub(super) fault: String,
    pub(super) step: Option<Arc<StepInfo>>,
}
