//! An address or a network.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An address such as `192.0.2.7`, or a network such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange(IpNet);

const EXPECTED: &str = "an address such as `192.0.2.7` or a network such as `10.0.0.0/8`";

impl AddressRange {
    /// Whether an address is in it. An IPv4 address counts as one also where it arrives on a socket for both kinds.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
        text.parse::<IpNet>().ok().or_else(one).map(|net| AddressRange(net.trunc()))
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for AddressRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        AddressRange::parse(&text).ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), &EXPECTED))
    }
}

impl Serialize for AddressRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for AddressRange {
    fn schema_name() -> Cow<'static, str> {
        "AddressRange".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": concat!(
                r"^\s*((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}(/([12]?\d|3[0-2]))?",
                r"|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/(1[01]\d|12[0-8]|\d?\d))?)\s*$"
            ),
            "x-expected": EXPECTED,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_addresses_and_networks() {
        let contains = |range: &str, address: &str| {
            AddressRange::parse(range).map(|range| range.contains(address.parse().unwrap()))
        };
        assert_eq!(contains("10.0.0.0/8", "10.255.0.1"), Some(true));
        assert_eq!(contains("10.1.2.3/8", "10.255.0.1"), Some(true));
        assert_eq!(contains("10.0.0.0/8", "::ffff:10.0.0.1"), Some(true));
        assert_eq!(contains("10.0.0.0/8", "11.0.0.1"), Some(false));
        assert_eq!(contains("192.0.2.7", "192.0.2.7"), Some(true));
        assert_eq!(contains("192.0.2.7", "192.0.2.8"), Some(false));
        assert_eq!(contains("2001:db8::/32", "2001:db8:1::1"), Some(true));
        assert_eq!(contains("2001:db8::/32", "10.0.0.1"), Some(false));
        for wrong in ["", "10.0.0.0/33", "10.0.0", "host", "10.0.0.1:80", "::1/129"] {
            assert_eq!(AddressRange::parse(wrong), None, "{wrong}");
        }
    }
}
