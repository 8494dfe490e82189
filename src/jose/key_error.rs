//! Why something is no key.

/// Why something is no key. Nothing of the key is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub(super) String);

pub(super) fn error(message: &str) -> KeyError {
    KeyError(message.to_owned())
}
