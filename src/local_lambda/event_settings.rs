//! The handling of a function's asynchronous calls: `events` in `functions.yaml`.

use std::path::PathBuf;
use std::time::Duration;

/// `events` of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// How often a failed event is tried again; AWS allows 0 to 2.
    pub retries: u32,
    /// Before the first of them, and twice that before the second. AWS waits a minute.
    pub wait: Duration,
    /// The file for lost events, a line of JSON each. The path is absolute.
    pub dead_letter_log: Option<PathBuf>,
}

impl Default for Events {
    fn default() -> Self {
        Events { retries: 2, wait: Duration::from_secs(1), dead_letter_log: None }
    }
}
