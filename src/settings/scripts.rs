//! What scripts may use.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::Seconds;

/// What one run of a script may use. A run that uses more ends with a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Scripts {
    /// Time that a script runs. Waiting for calls and timers does not count; the request's own time-out ends that. A thread that
    /// a script holds longer inside one built-in function is given up and replaced.
    pub timeout: Seconds,
    /// Bytes of a script's objects; it may hand the gateway as much again.
    #[schemars(range(min = 1_048_576))]
    pub memory_bytes: usize,
    /// Scripts that may be under way at once, those included that wait for a call. More wait for their turn.
    #[schemars(range(min = 1))]
    pub concurrent: usize,
}

impl Default for Scripts {
    fn default() -> Self {
        Scripts { timeout: Seconds::new(5), memory_bytes: 32 * 1024 * 1024, concurrent: 256 }
    }
}
