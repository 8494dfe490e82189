use schemars::JsonSchema;
use serde::Deserialize;

/// Runs a script on the request.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The script, or the name of a file next to the document, as in `./orders.js`. `$(…)` and `${…}` in it are JavaScript's.
    #[serde(default)]
    pub source: String,
}
