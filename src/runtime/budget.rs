//! What a request may use.

use std::time::Duration;

use tokio::time::Instant;

use super::limits::RateLimitStates;

/// What a request may still use.
pub struct Budget {
    pub deadline: Instant,
    /// What handlers and `finally` have of their own.
    pub handlers: Duration,
    /// The largest body that is read.
    pub body_limit: usize,
    /// The rate limits that it was counted against.
    pub limits: RateLimitStates,
}

/// The limits a context starts with.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContextLimits {
    pub request: Duration,
    pub handlers: Duration,
    pub body_bytes: usize,
}
