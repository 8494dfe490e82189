use schemars::JsonSchema;
use serde::Deserialize;

use crate::policy::Steps;
use crate::source::rule::exactly_one;

/// Runs the steps of the first case whose condition holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The cases, in order.
    pub case: Vec<CaseConfig>,
    /// The steps that run if no condition holds; the same as an `otherwise` among the cases.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the steps")]
    pub otherwise: Steps,
}

/// A condition with its steps, or `otherwise`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("x-rules" = exactly_one(&["condition", "otherwise"], "A case has a condition with execute, or otherwise.")))]
pub struct CaseConfig {
    /// A JSONata expression; in version 1.x JavaScript.
    #[serde(default)]
    pub condition: Option<String>,
    /// The steps that run if it holds.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the steps")]
    pub execute: Steps,
    /// The steps that run if no condition holds.
    #[serde(default)]
    pub otherwise: Option<Steps>,
}
