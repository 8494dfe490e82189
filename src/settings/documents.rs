//! What becomes of documents that cannot be served as they are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of documents that cannot be served as they are, and where they are served.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Documents {
    /// What a document with errors does to the others.
    pub broken: Broken,
    /// What a policy does that Gantry knows and does not have, and an operation of an AWS export that asks for it.
    pub unsupported: Unsupported,
    /// A part of the path in front of every base path, such as `/catalog`. Requests are also found without it.
    #[schemars(regex(pattern = r"^(/[^/]+)+$"))]
    pub path_prefix: Option<String>,
    /// Whether operations answer from the examples and schemas of their responses, and no assembly runs. For development.
    pub mock: bool,
}

/// What a document with errors does to the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// Nothing new is served.
    #[default]
    Refuse,
    /// The others are served. Its base path is answered 503, or by its last good version.
    LeaveOut,
}

/// What a policy does that Gantry knows and does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unsupported {
    /// It is an error of its document.
    #[default]
    Refuse,
    /// It is a warning, and its step raises `UnsupportedPolicyError` with the status 501. The operation of an export answers 501.
    Fault,
}
