use schemars::JsonSchema;
use serde::Deserialize;

/// Changes values where they stand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The value that the paths begin at.
    #[serde(default = "body")]
    pub root: String,
    /// The changes, in order.
    pub extracts: Vec<Extract>,
}

/// A path, and what becomes of each value there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Extract {
    /// A JSONata path, or `$xpath($, '…')` for XML; `$` is the whole root.
    #[serde(default = "whole")]
    pub capture: String,
    /// A JSONata expression over the value, which is `$`.
    pub transform: String,
}

fn body() -> String {
    "message.body".to_owned()
}

fn whole() -> String {
    "$".to_owned()
}
