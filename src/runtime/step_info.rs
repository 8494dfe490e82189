//! The positions of ops, and the steps they came from.

use std::sync::Arc;

/// The position of an op in its pipeline.
pub type OpId = u32;

/// The name of a step and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepInfo {
    pub policy: Arc<str>,
    pub title: Arc<str>,
    /// `file:line:column`.
    pub place: Arc<str>,
}
