//! Properties that have a short form and a long one.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

/// One version or alias, or several with their weights.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Qualifiers {
    One(String),
    Weighted(IndexMap<String, u32>),
}

impl JsonSchema for Qualifiers {
    fn schema_name() -> Cow<'static, str> {
        "Qualifiers".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": ["string", "object"],
            "minProperties": 1,
            "additionalProperties": { "type": "integer", "minimum": 0, "maximum": 1_000_000 },
        })
    }
}

/// The statuses of a function that failed.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ErrorStatuses {
    /// Where the function reported the error itself. Default: 502.
    #[serde(default = "bad_gateway")]
    #[schemars(range(min = 200, max = 599))]
    pub handled: u16,
    /// Where it threw or its process ended. Default: 502.
    #[serde(default = "bad_gateway")]
    #[schemars(range(min = 200, max = 599))]
    pub unhandled: u16,
    /// Where it ran into its own time-out. Default: 504.
    #[serde(default = "gateway_timeout")]
    #[schemars(range(min = 200, max = 599))]
    pub time_out: u16,
}

/// One status for all ways to fail, or one for each.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "ErrorStatusForms")]
pub struct ErrorStatus(pub ErrorStatuses);

#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorStatusForms {
    One(u16),
    Each(ErrorStatuses),
}

impl From<ErrorStatusForms> for ErrorStatus {
    fn from(form: ErrorStatusForms) -> Self {
        ErrorStatus(match form {
            ErrorStatusForms::One(status) => ErrorStatuses { handled: status, unhandled: status, time_out: status },
            ErrorStatusForms::Each(each) => each,
        })
    }
}

impl Default for ErrorStatuses {
    fn default() -> Self {
        ErrorStatuses { handled: bad_gateway(), unhandled: bad_gateway(), time_out: gateway_timeout() }
    }
}

impl JsonSchema for ErrorStatus {
    fn schema_name() -> Cow<'static, str> {
        "ErrorStatus".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let short = [("minimum", 200.into()), ("maximum", 599.into())];
        also::<ErrorStatuses>(generator, "integer", short)
    }
}

/// The schema of a map that may also be written as a scalar of this type: in JSON Schema what is said of members counts for
/// maps only, and the rest for scalars only, so that a mistake inside the map is found at its place.
fn also<T: JsonSchema>(
    generator: &mut SchemaGenerator,
    scalar: &str,
    rules: impl IntoIterator<Item = (&'static str, serde_json::Value)>,
) -> Schema {
    let mut schema = T::json_schema(generator);
    schema.insert("type".to_owned(), serde_json::json!([scalar, "object"]));
    for (name, value) in rules {
        schema.insert(name.to_owned(), value);
    }
    schema
}

fn bad_gateway() -> u16 {
    502
}

fn gateway_timeout() -> u16 {
    504
}
