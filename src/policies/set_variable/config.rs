use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::source::rule::{exactly_one, is_set, refused};
use crate::value::{self, Value};

/// Sets, adds to and clears variables.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The actions, in order.
    pub actions: Vec<Action>,
}

/// One of `set`, `add` and `clear`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("x-rules" = rules()))]
pub struct Action {
    /// The variable to create or replace; `$(…)` is replaced.
    #[serde(default)]
    pub set: Option<String>,
    /// The variable to append to: a second header value, an item of a list.
    #[serde(default)]
    pub add: Option<String>,
    /// The variable to delete.
    #[serde(default)]
    pub clear: Option<String>,
    /// The value. A value that is exactly one `$(…)` keeps its type; inside text it becomes text.
    #[serde(default)]
    #[schemars(with = "AnyValue")]
    pub value: Option<serde_json::Value>,
    /// The type of the value. A number or boolean written as text is converted.
    #[serde(default, rename = "type")]
    pub kind: Kind,
}

fn rules() -> Vec<serde_json::Value> {
    let mut rules = exactly_one(&["set", "add", "clear"], "An action has one of set, add and clear.");
    let puts = json!({ "anyOf": [is_set("set"), is_set("add")], "not": is_set("value") });
    rules.push(refused(&puts, "An action that sets or adds needs a value."));
    rules
}

/// Any JSON value.
struct AnyValue;

impl JsonSchema for AnyValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnyValue".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean", "object", "array", "null"] })
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Any,
    String,
    Number,
    Boolean,
}

impl Kind {
    /// The value as this kind, or `None` where it is none.
    pub fn read(self, value: &Value) -> Option<Value> {
        match (self, value.kind()) {
            (Kind::Any, _) => Some(value.clone()),
            (Kind::String, _) => Some(Value::from(value.to_text().into_owned())),
            (Kind::Number, value::Kind::Number(_)) | (Kind::Boolean, value::Kind::Bool(_)) => Some(value.clone()),
            (Kind::Number, value::Kind::String(text)) => Value::number(text.trim()),
            (Kind::Boolean, value::Kind::String(text)) => text.trim().parse::<bool>().ok().map(Value::from),
            _ => None,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Kind::Any => "anything",
            Kind::String => "text",
            Kind::Number => "a number",
            Kind::Boolean => "`true` or `false`",
        }
    }
}
