//! A pipeline in the making.

use std::sync::Arc;

use crate::policy::Access;
use crate::runtime::{Handler, Op, OpId, StepInfo};

/// A pipeline in the making.
pub(super) struct Parts {
    pub ops: Vec<Op>,
    pub info: Vec<Option<Arc<StepInfo>>>,
    /// The access of every op's step.
    pub access: Vec<Access>,
    pub handlers: Vec<Handler>,
    pub finally: Option<OpId>,
    pub post: Option<OpId>,
}
