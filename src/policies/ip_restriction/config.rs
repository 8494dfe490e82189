use schemars::JsonSchema;
use serde::Deserialize;

use crate::settings::AddressRange;
use crate::source::rule::at_least_one;

/// Refuses clients by their addresses.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("x-rules" = a_list()))]
pub struct Config {
    /// Addresses and networks of the clients that may call. Default: all may.
    #[serde(default)]
    pub allow: Vec<AddressRange>,
    /// Addresses and networks of clients that may not call, also where `allow` has them.
    #[serde(default)]
    pub deny: Vec<AddressRange>,
    /// The text of the refusal.
    #[serde(default = "default_message")]
    pub message: String,
}

fn a_list() -> Vec<serde_json::Value> {
    let has = |name: &str| serde_json::json!({ "required": [name], "properties": { name: { "type": "array", "minItems": 1 } } });
    vec![at_least_one(&[has("allow"), has("deny")], "ip-restriction needs addresses in allow or in deny.")]
}

fn default_message() -> String {
    "this address may not call the operation".to_owned()
}
