//! What a signature is valid for.

/// What a signature is valid for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub region: String,
    /// `lambda` for the Invoke API and function URLs, `execute-api` for API Gateway.
    pub service: String,
}
