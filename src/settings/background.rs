//! How much may run in the background.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Calls that no request waits for: `background` of `lambda`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Background {
    /// Calls at a time.
    #[schemars(range(min = 1))]
    pub calls: usize,
    /// Calls that may wait for their turn. More of them are a `LambdaBusyError`.
    pub queue: usize,
    /// Bytes of the payloads that wait.
    pub bytes: usize,
}

impl Default for Background {
    fn default() -> Self {
        Background { calls: 32, queue: 1000, bytes: 64 * 1024 * 1024 }
    }
}
