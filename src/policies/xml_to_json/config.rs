use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes JSON of an XML body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The convention. Both are BadgerFish.
    #[serde(default, rename = "conversionType")]
    pub conversion_type: Conversion,
    /// The variable whose body is read.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives the JSON. Default: that of `input`.
    #[serde(default)]
    pub output: Option<String>,
}

/// A convention by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Conversion {
    #[default]
    #[serde(rename = "badgerFish")]
    BadgerFish,
    #[serde(rename = "badgerfish")]
    BadgerFishLower,
    #[serde(rename = "apicv5")]
    ApicV5,
    #[serde(rename = "apicV5")]
    ApicV5Camel,
}

fn message() -> String {
    "message".to_owned()
}
