use schemars::JsonSchema;
use serde::Deserialize;

use crate::policy::kit::parse_limits::SettingsReference;

/// Parses a body, under limits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The limits that apply.
    #[serde(default)]
    pub parse_settings_reference: SettingsReference,
    /// Fail where the Content-Type says something else than the document type.
    #[serde(default)]
    pub use_content_type: bool,
    /// The variable whose body is parsed.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives the parsed body. Default: that of `input`.
    #[serde(default)]
    pub output: Option<String>,
    /// Go on, with a line in the log, where there is no body; otherwise that is a fault.
    #[serde(default)]
    pub warn_on_empty_input: bool,
}

fn message() -> String {
    "message".to_owned()
}
