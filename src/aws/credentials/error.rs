//! Why there are no credentials.

use std::sync::Arc;

/// Why there are no credentials. The message never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CredentialsError {
    /// The failed operation and the message of the source.
    pub message: Arc<str>,
    /// The error code of STS, where it answered: `AccessDenied`, `ExpiredToken`…
    pub code: Option<Arc<str>>,
}

impl CredentialsError {
    pub(super) fn new(message: impl Into<Arc<str>>) -> Self {
        CredentialsError { message: message.into(), code: None }
    }
}
