//! Which requests are recorded, and how much of them is kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::share::Share;
use crate::value::Secret;

/// Records of requests, which `gantry trace` shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TraceRecords {
    /// How many of the requests are recorded, such as `1%`. `gantry dev` records all of them.
    pub sample: Share,
    /// A request whose header `X-Gantry-Trace` has this value is recorded. Write it as `${NAME}` or `${file:/path/secret}`. No step sees
    /// the header.
    #[serde(skip_serializing)]
    #[schemars(length(min = 16))]
    pub key: Option<Secret>,
    /// Records that are kept; the oldest one goes first.
    #[schemars(range(min = 1, max = 10_000))]
    pub requests: usize,
    /// Bytes of all records that are kept.
    #[schemars(range(min = 1_048_576))]
    pub bytes: usize,
    /// Bytes that a record has of a body or of a variable.
    #[schemars(range(max = 65_536))]
    pub body_bytes: usize,
    /// Names of headers, parameters, variables, and members of JSON and XML whose values are masked, in addition to those that always are.
    pub mask: Vec<String>,
}

impl Default for TraceRecords {
    fn default() -> Self {
        TraceRecords {
            sample: Share::NONE,
            key: None,
            requests: 100,
            bytes: 16 * 1024 * 1024,
            body_bytes: 4 * 1024,
            mask: Vec::new(),
        }
    }
}
