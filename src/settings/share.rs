//! A share of all requests.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A share of all, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

// === impl Share ===

impl Share {
    /// Everything.
    pub const ALL: Share = Share(1_000_000);
    /// One in a hundred.
    pub const ONE_PERCENT: Share = Share(10_000);
    /// One of two.
    pub const HALF: Share = Share(500_000);
    /// One of five.
    pub const FIFTH: Share = Share(200_000);
    /// Nothing.
    pub const NONE: Share = Share(0);

    /// How many of a million.
    pub fn millionths(self) -> u32 {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let percent: f64 = text.trim().strip_suffix('%')?.trim_end().parse().ok()?;
        (0.0..=100.0).contains(&percent).then(|| Share((percent * 10_000.0).round() as u32))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 10_000.0)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Share::parse(&text).ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), &EXPECTED))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

const EXPECTED: &str = "a share such as `1%` or `0.5%`";

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^\s*(100(\.0+)?|\d{1,2}(\.\d+)?)\s*%\s*$",
            "x-expected": EXPECTED,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_of_all() {
        let read = |text: &str| Share::parse(text).map(|share| (share.millionths(), share.to_string()));
        assert_eq!(read("1%"), Some((10_000, "1%".to_owned())));
        assert_eq!(read(" 0.5 % "), Some((5_000, "0.5%".to_owned())));
        assert_eq!(read("100%"), Some((1_000_000, "100%".to_owned())));
        assert_eq!((read("101%"), read("1"), read("-1%"), read("NaN%"), read("all")), (None, None, None, None, None));
    }
}
