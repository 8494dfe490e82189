use schemars::JsonSchema;
use serde::Deserialize;

use crate::policy::Steps;

/// Runs its steps where its condition holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// A JSONata expression; in version 1.x JavaScript.
    pub condition: String,
    /// The steps that run if it holds.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the steps")]
    pub execute: Steps,
}
