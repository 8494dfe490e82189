use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::Seconds;

/// Calls an HTTP service.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The URL to call. `$(…)` may stand in the path and the query; the host is known at load.
    pub target_url: String,
    /// The verb to call with; `keep` is the client's.
    #[serde(default)]
    pub verb: Option<String>,
    /// How long the reply may take, in seconds.
    #[serde(default = "sixty_seconds")]
    pub timeout: Seconds,
    /// The TLS profile of the settings to call with.
    #[serde(default)]
    pub tls_profile: Option<String>,
    /// Which headers of the message are sent. Default: all.
    #[serde(default)]
    pub header_control: Option<ControlConfig>,
    /// Which query parameters of the client are appended to the URL. Default: none.
    #[serde(default)]
    pub parameter_control: Option<ControlConfig>,
    /// The variable whose headers and body are sent.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives body, headers and status.
    #[serde(default = "message")]
    pub output: String,
    /// The faults that stop the flow; others leave their response in `output` and the flow goes on. Default: none; in
    /// version 1.x `ConnectionError`.
    #[serde(default)]
    pub stop_on_error: Option<Vec<String>>,
    /// Whether to add `X-Forwarded-For`, `-Host`, `-Port` and `-Proto` where they are missing.
    #[serde(default)]
    pub inject_proxy_headers: bool,
}

/// A list of patterns, and whether they let through or hold back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ControlConfig {
    /// `allowlist` lets only matching names through, `blocklist` all others.
    #[serde(rename = "type")]
    pub kind: ControlKind,
    /// Regular expressions for names. They match anywhere in a name unless they are written `^…$`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Whether patterns let through or hold back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ControlKind {
    #[serde(rename = "allowlist", alias = "whitelist")]
    Allow,
    #[serde(rename = "blocklist", alias = "blacklist")]
    Block,
}

/// Written by hand because a derived schema does not know serde's aliases, which are the spellings of older documents.
impl JsonSchema for ControlKind {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ControlKind".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": ["allowlist", "blocklist", "whitelist", "blacklist"] })
    }
}

/// The faults that stop the flow.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StopOn {
    pub connection: bool,
    pub operation: bool,
    pub soap: bool,
}

fn sixty_seconds() -> Seconds {
    Seconds::new(60)
}

fn message() -> String {
    "message".to_owned()
}
