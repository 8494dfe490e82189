use schemars::JsonSchema;
use serde::Deserialize;

/// Finds out which application calls. It has no properties: the security requirements of the operation say what is sent, and where.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {}
