use schemars::JsonSchema;
use serde::Deserialize;

use crate::policy::Steps;

/// Runs the steps of the operation that was called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Operations and what runs for them, in order; the first case that names the operation runs.
    pub case: Vec<CaseConfig>,
    /// The steps that run for every other operation.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the steps")]
    pub otherwise: Steps,
}

/// Operations and what runs for them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaseConfig {
    /// Each is an `operationId`, or a verb and a path as they stand under `paths`.
    pub operations: Vec<Selector>,
    /// The steps.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the steps")]
    pub execute: Steps,
}

/// An operation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("x-expected" = "an `operationId`, or a map with `verb` and `path`"))]
pub enum Selector {
    Id(String),
    #[serde(rename_all = "camelCase")]
    OperationId {
        /// The operation's `operationId`.
        operation_id: String,
    },
    VerbAndPath {
        /// The verb, such as `get`.
        verb: String,
        /// The path as it is under `paths`.
        path: String,
    },
}
