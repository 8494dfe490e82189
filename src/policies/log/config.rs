use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Gathers a record of the request, and writes it to the gateway's log.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Whether to gather the record into the variable `log`, to write what is there to the log, or both.
    #[serde(default)]
    pub mode: Mode,
    /// How much is gathered: `none`, `activity`, `header`, `payload`, `default` (which is `activity`), or a `$(…)`.
    #[serde(default = "default_level")]
    pub log_level: String,
}

/// The use of the record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    #[default]
    GatherOnly,
    SendOnly,
    GatherAndSend,
}

fn default_level() -> String {
    "default".to_owned()
}
