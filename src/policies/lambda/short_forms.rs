//! Properties that have a short form and a long one.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::value::Seconds;

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
    /// The status if the function reported the error itself. Default: 502.
    #[serde(default = "bad_gateway")]
    #[schemars(range(min = 200, max = 599))]
    pub handled: u16,
    /// The status if it threw or its process ended. Default: 502.
    #[serde(default = "bad_gateway")]
    #[schemars(range(min = 200, max = 599))]
    pub unhandled: u16,
    /// The status if it ran into its own time-out. Default: 504.
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

/// When a call is made again, how often and after how long.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RetryRules {
    /// After which failures: those of the word alone.
    #[serde(default)]
    pub when: RetryWhen,
    /// How many calls are made at most, the first one included: 1 to 10. Default: 3.
    #[serde(default = "three")]
    #[schemars(range(min = 1, max = 10))]
    pub attempts: u32,
    /// How long the first repetition waits; each further one waits twice as long, at most 10 s. Between a half and the whole
    /// of it is taken, by chance. Default: 100 ms.
    #[serde(default = "a_tenth_of_a_second")]
    pub backoff: Seconds,
}

/// After which failures a call is made again: none; where nothing of the call was sent; also where AWS limits the calls; also
/// where the function may have run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RetryWhen {
    None,
    #[default]
    NotSent,
    Throttled,
    Always,
}

/// The word alone, or a map.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "RetryForms")]
pub struct RetryProperty(pub RetryRules);

#[derive(Deserialize)]
#[serde(untagged)]
enum RetryForms {
    Word(RetryWhen),
    Rules(RetryRules),
}

impl From<RetryForms> for RetryProperty {
    fn from(form: RetryForms) -> Self {
        RetryProperty(match form {
            RetryForms::Word(when) => RetryRules { when, ..RetryRules::default() },
            RetryForms::Rules(rules) => rules,
        })
    }
}

impl Default for RetryRules {
    fn default() -> Self {
        RetryRules { when: RetryWhen::default(), attempts: three(), backoff: a_tenth_of_a_second() }
    }
}

impl JsonSchema for RetryProperty {
    fn schema_name() -> Cow<'static, str> {
        "RetryProperty".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let pattern = ("pattern", "^(none|not-sent|throttled|always)$".into());
        let expected = "`none`, `not-sent`, `throttled`, `always`, or a map with `when`, `attempts` and `backoff`";
        also::<RetryRules>(generator, "string", [pattern, ("x-expected", expected.into())])
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

fn three() -> u32 {
    3
}

fn a_tenth_of_a_second() -> Seconds {
    Seconds(std::time::Duration::from_millis(100))
}
