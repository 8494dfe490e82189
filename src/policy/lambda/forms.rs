//! Properties that have a short form and a long one.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

/// One version or alias, or several with their weights.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Qualifiers {
    One(String),
    Weighted(IndexMap<String, u32>),
}

impl JsonSchema for Qualifiers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Qualifiers".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "object"],
            "minProperties": 1,
            "additionalProperties": { "type": "integer", "minimum": 0, "maximum": 1_000_000 },
        })
    }
}
