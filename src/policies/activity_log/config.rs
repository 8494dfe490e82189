use schemars::JsonSchema;
use serde::Deserialize;

/// Accepted and without effect.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(dead_code, reason = "documents may write them")]
pub struct Config {
    /// The record of API Connect's analytics for a call that succeeds.
    #[serde(default)]
    pub content: Option<Content>,
    /// The record for a call that fails.
    #[serde(default)]
    pub error_content: Option<Content>,
}

/// How much of a call.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    None,
    Activity,
    Header,
    Payload,
}
