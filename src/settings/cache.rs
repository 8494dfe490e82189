//! How much the response cache may hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The response cache of `invoke` and `lambda`, which all APIs share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Cache {
    /// Bytes of all stored responses together; what was used longest ago goes first. 0 switches the cache off.
    pub bytes: usize,
    /// Bytes of the largest response that is stored, its headers included.
    pub entry_bytes: usize,
    /// Stored responses.
    pub entries: usize,
}

impl Default for Cache {
    fn default() -> Self {
        Cache { bytes: 64 * 1024 * 1024, entry_bytes: 1024 * 1024, entries: 10_000 }
    }
}

impl Cache {
    /// Whether anything is stored at all.
    pub fn is_off(&self) -> bool {
        self.bytes == 0 || self.entry_bytes == 0 || self.entries == 0
    }
}
