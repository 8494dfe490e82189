//! The spelling of names that the settings mask.

/// A name in lower case, with `-` for `_`.
pub fn spelled(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}
