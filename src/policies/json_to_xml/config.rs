use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes XML of a JSON body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The name of the document's element where the JSON is not a map of one member.
    #[serde(default = "json")]
    pub root_element_name: String,
    /// Put that element around every JSON.
    #[serde(default)]
    pub always_output_root_element: bool,
    /// The name of the elements of a list that has no name: one in a list, or at the top.
    #[serde(default = "element")]
    pub unnamed_element_name: String,
    /// The convention. All of them take members as BadgerFish has them, and plain members.
    #[serde(default, rename = "conversionType")]
    pub conversion_type: Conversion,
    /// The variable whose body is read.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives the XML. Default: that of `input`.
    #[serde(default)]
    pub output: Option<String>,
}

/// A convention by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Conversion {
    /// The value of a step without this property.
    #[default]
    None,
    #[serde(rename = "badgerfish")]
    BadgerFish,
    #[serde(rename = "badgerFish")]
    BadgerFishCamel,
    #[serde(rename = "relaxed-badgerfish")]
    Relaxed,
}

fn json() -> String {
    "json".to_owned()
}

fn element() -> String {
    "element".to_owned()
}

fn message() -> String {
    "message".to_owned()
}
