//! What is logged, and how.

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::base::{nearest, quoted_list};

/// From the least to the most.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace` or `off`, or a list such as `info,gantry::aws=debug`. The variable GANTRY_LOG wins.
    #[serde(deserialize_with = "level")]
    pub level: String,
    /// The form of log lines on stderr.
    pub format: LogFormat,
    /// One JSON line on stdout for every request.
    pub access: bool,
}

impl Default for Log {
    fn default() -> Self {
        Log { level: "info".to_owned(), format: LogFormat::Text, access: true }
    }
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    Text,
    Json,
}

/// Whether a text says what is logged: a level, or a list of levels and `module=level`. The error is one sentence.
pub fn check_log_level(text: &str) -> Result<(), String> {
    for part in text.split(',').map(str::trim) {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level.trim());
        if LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level)) {
            continue;
        }
        let near = nearest(level, LEVELS);
        let help = match near.as_slice() {
            [] => "a list is written as `info,gantry::aws=debug`".to_owned(),
            near => format!("did you mean {}?", quoted_list(near)),
        };
        return Err(format!("`{level}` is no level: there are {}; {help}", quoted_list(&LEVELS)));
    }
    Ok(())
}

fn level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    check_log_level(&text).map(|()| text).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_levels_are_levels() {
        for good in ["info", "WARN", "info,gantry::aws=debug", "off, hyper = trace"] {
            assert_eq!(check_log_level(good), Ok(()), "{good}");
        }
        let wrong = check_log_level("info,gantry=vebug").unwrap_err();
        assert!(wrong.starts_with("`vebug` is no level") && wrong.ends_with("did you mean `debug`?"), "{wrong}");
        assert!(check_log_level("verbose").is_err() && check_log_level("").is_err());
    }
}
