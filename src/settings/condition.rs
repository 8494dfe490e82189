//! How a call of an upstream may fail.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a call of an upstream has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Nothing was sent: the host has no address, or there is no connection or no TLS session.
    Connect,
    /// The connection ended before there was an answer, or the answer is not HTTP.
    Reset,
    /// Something was sent, and no answer came in time.
    Timeout,
    /// The answer has this status.
    Status(u16),
}

const EXPECTED: &str = "`connect`, `reset`, `timeout` or a status from 400 to 599";

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConditionVisitor)
    }
}

struct ConditionVisitor;

impl Visitor<'_> for ConditionVisitor {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_u64<E: Error>(self, status: u64) -> Result<Condition, E> {
        match u16::try_from(status) {
            Ok(status @ 400..=599) => Ok(Condition::Status(status)),
            _ => Err(E::invalid_value(Unexpected::Unsigned(status), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Condition, E> {
        match text {
            "connect" => Ok(Condition::Connect),
            "reset" => Ok(Condition::Reset),
            "timeout" => Ok(Condition::Timeout),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Condition::Connect => serializer.serialize_str("connect"),
            Condition::Reset => serializer.serialize_str("reset"),
            Condition::Timeout => serializer.serialize_str("timeout"),
            Condition::Status(status) => serializer.serialize_u16(*status),
        }
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["integer", "string"],
            "minimum": 400,
            "maximum": 599,
            "pattern": "^(connect|reset|timeout)$",
            "x-expected": EXPECTED,
        })
    }
}
