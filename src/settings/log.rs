//! What is logged, and how.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{nearest, quoted_list};

/// From the least to the most.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace` or `off`, or a list such as `info,gantry::aws=debug`. The variable GANTRY_LOG wins.
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

/// The part of a text that should be a level and is none. A text is a level, or a list of levels and `module=level`.
pub fn wrong_log_level(text: &str) -> Option<&str> {
    let levels = text.split(',').map(|part| part.rsplit_once('=').map_or(part, |(_, level)| level).trim());
    let is_level = |text: &str| LEVELS.iter().any(|known| known.eq_ignore_ascii_case(text));
    levels.into_iter().find(|level| !is_level(level))
}

/// What to write instead.
pub fn log_level_help(wrong: &str) -> String {
    match nearest(wrong, LEVELS).as_slice() {
        [] => format!("the levels are {}; a list is written as `info,gantry::aws=debug`", quoted_list(&LEVELS)),
        near => format!("did you mean {}?", quoted_list(near)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_levels_are_levels() {
        for good in ["info", "WARN", "info,gantry::aws=debug", "off, hyper = trace"] {
            assert_eq!(wrong_log_level(good), None, "{good}");
        }
        for (text, wrong) in [("info,gantry=vebug", "vebug"), ("verbose", "verbose"), ("", "")] {
            assert_eq!(wrong_log_level(text), Some(wrong));
        }
        assert_eq!(log_level_help("vebug"), "did you mean `debug`?");
    }
}
