use schemars::JsonSchema;
use serde::Deserialize;

/// Puts what is left of the request's limits into a variable.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Accepted and without effect: IBM's policy takes its query from there.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives the limits as its body.
    #[serde(default = "message")]
    pub output: String,
}

fn message() -> String {
    "message".to_owned()
}
