//! The scope of a signature.

/// The scope of a signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub region: String,
    /// `lambda` for the Invoke API and function URLs, `execute-api` for API Gateway.
    pub service: String,
}
