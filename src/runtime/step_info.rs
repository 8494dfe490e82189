//! Which op ran, and the step it came from.

use std::sync::Arc;

/// The position of an op in its pipeline.
pub type OpId = u32;

/// What a step is called and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepInfo {
    pub policy: Arc<str>,
    pub title: Arc<str>,
    /// `file:line:column`.
    pub place: Arc<str>,
}
