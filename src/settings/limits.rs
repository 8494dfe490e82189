//! Rate limits that steps name.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many in how much time, as in API Connect's plans: `100/1hour`, `5/second`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub most: u64,
    pub window: Duration,
}

/// A rate limit, or a burst limit.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RateLimit {
    /// How many in how much time: `100/1hour`; units are second, minute, hour, day and week.
    pub value: Rate,
    /// Whether what goes beyond is refused. `false` only logs it.
    #[serde(default = "yes")]
    pub hard_limit: bool,
    /// Whether the client is told and to blame, with 429 and headers; `false` answers 503 without headers.
    #[serde(default = "yes")]
    pub client: bool,
    /// What has a count of its own.
    #[serde(default = "each_application")]
    pub per: Vec<Per>,
    /// A text with `$(…)`; every value of it has a count of its own, such as `$(request.headers.x-tenant)`.
    #[serde(default)]
    pub dynamic_value: Option<String>,
    /// JSONata for how much a request counts. Default: 1; zero and negative results count as 1.
    #[serde(default)]
    pub weight: Option<String>,
}

/// How many at a time.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountLimit {
    /// How many.
    pub value: u64,
    /// Whether what goes beyond is refused. `false` only logs it.
    #[serde(default = "yes")]
    pub hard_limit: bool,
    /// Whether the client is to blame, with 429; `false` answers 503.
    #[serde(default = "yes")]
    pub client: bool,
    /// What has a count of its own.
    #[serde(default = "each_application")]
    pub per: Vec<Per>,
    /// A text with `$(…)`; every value of it has a count of its own.
    #[serde(default)]
    pub dynamic_value: Option<String>,
    /// JSONata for how much a request counts. Default: 1.
    #[serde(default)]
    pub weight: Option<String>,
    /// Whether what a request has counted is taken back when its assembly is over.
    #[serde(default = "yes")]
    pub auto_replenish: bool,
}

/// What has a count of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    Api,
    /// The application that calls: `client.app.id`. Callers that are not known share one count.
    Application,
}

const EXPECTED: &str = "a rate such as `100/1hour` or `5/second`";

impl Rate {
    /// `100/1hour`, `5/second`; v5 has short names of units too, such as `60/min`.
    pub fn parse(text: &str) -> Option<Self> {
        let (most, time) = text.trim().split_once('/')?;
        let time = time.trim();
        let split = time.find(|letter: char| letter.is_ascii_alphabetic())?;
        let (number, unit) = time.split_at(split);
        let number: u64 = if number.trim().is_empty() { 1 } else { number.trim().parse().ok()? };
        let seconds = match unit.trim_end_matches('s') {
            "second" | "sec" => 1,
            "minute" | "min" => 60,
            "hour" => 3600,
            "day" => 86_400,
            "week" => 604_800,
            _ => return None,
        };
        let seconds = number.checked_mul(seconds).filter(|seconds| (1..=604_800 * 520).contains(seconds))?;
        Some(Rate { most: most.trim().parse().ok()?, window: Duration::from_secs(seconds) })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}second", self.most, self.window.as_secs())
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Rate::parse(&text).ok_or_else(|| D::Error::custom(format!("expected {EXPECTED}")))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^\s*\d+\s*/\s*\d*\s*(second|minute|hour|day|week)s?\s*$",
            "x-expected": EXPECTED,
        })
    }
}

fn yes() -> bool {
    true
}

fn each_application() -> Vec<Per> {
    vec![Per::Application]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_in_plans() {
        let read = |text: &str| Rate::parse(text).map(|rate| (rate.most, rate.window.as_secs()));
        assert_eq!(read("100/1hour"), Some((100, 3600)));
        assert_eq!(read(" 5 / second "), Some((5, 1)));
        assert_eq!(read("0/2weeks"), Some((0, 1_209_600)));
        for wrong in ["100", "100/", "100/hour/2", "/hour", "1/0second", "1/1month", "-1/hour", "1/99999999999week"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
