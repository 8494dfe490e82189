use schemars::JsonSchema;
use serde::Deserialize;

/// Ends the flow with a fault that a catch can take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The fault's name, which `errors` in a catch names. Letters, digits, `-` and `_`; `$(…)` is replaced.
    #[serde(default = "default_name")]
    pub name: String,
    /// The text of `moreInformation` in the default error document, and of `error.message` in handlers.
    #[serde(default)]
    pub message: String,
    /// The status of the response: 100 to 599, or a `$(…)`. Default: that of the name where it is a known fault, else 500.
    #[serde(default)]
    pub error_status_code: Option<String>,
    /// The reason phrase that the error document says as `httpMessage`. Default: that of the status.
    #[serde(default)]
    pub error_status_reason: Option<String>,
}

/// As in IBM's v5 engine.
fn default_name() -> String {
    "ThrowError".to_owned()
}
