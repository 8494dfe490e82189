//! Aliases: a name for a version, or for two of which each call picks one.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::yaml::Text;

/// The versions of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub version: String,
    /// Another version and how many of a million calls it takes, as the routing configuration of AWS has it.
    pub second: Option<(String, u32)>,
}

const MILLION: u32 = 1_000_000;

impl Alias {
    /// The version for one call, by chance.
    pub fn pick(&self) -> &str {
        match &self.second {
            Some((version, share)) if fastrand::u32(0..MILLION) < *share => version,
            _ => &self.version,
        }
    }

    /// Every version it may pick.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        let second = self.second.iter().map(|(version, _)| version.as_str());
        std::iter::once(self.version.as_str()).chain(second)
    }
}

/// `prod: 2`, or `prod: {version: 2, weights: {1: 0.1}}`.
impl<'de> Deserialize<'de> for Alias {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Alias;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a version, or a map of `version` and `weights`")
            }
            fn visit_str<E>(self, text: &str) -> Result<Alias, E> {
                Ok(Alias { version: text.to_owned(), second: None })
            }
            fn visit_u64<E>(self, number: u64) -> Result<Alias, E> {
                Ok(Alias { version: number.to_string(), second: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Alias, A::Error> {
                Raw::deserialize(MapAccessDeserializer::new(map))?.checked().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: Text,
    #[serde(default)]
    weights: BTreeMap<Text, f64>,
}

impl Raw {
    fn checked(self) -> Result<Alias, String> {
        let mut weights = self.weights.into_iter();
        let (first, more) = (weights.next(), weights.next());
        if more.is_some() {
            return Err("weights names more than one version: AWS splits an alias between two".to_owned());
        }
        let second = match first {
            Some((_, share)) if !(0.0..=1.0).contains(&share) => {
                return Err(format!("a weight is {share}: it must be from 0 to 1"));
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to a million")]
            Some((version, share)) => Some((version.0, (share * f64::from(MILLION)).round() as u32)),
            None => None,
        };
        Ok(Alias { version: self.version.0, second })
    }
}
