use schemars::JsonSchema;
use serde::Deserialize;

/// Checks who calls. It has no properties: the security requirements of the operation say what is asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {}
