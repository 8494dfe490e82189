//! Why a request could not be signed.

/// Why a request could not be signed: a header that is not text, or a URL without a host.
#[derive(Debug, thiserror::Error)]
#[error("the request cannot be signed: {0}")]
pub struct SignError(pub(super) &'static str);
