//! Everything about AWS that is not a policy: which function, which host, which credentials, the signed call itself,
//! and the formats of API Gateway's events and responses.
//!
//! The call is ours (`aws-sigv4` over [`crate::http_client`]) because the SDK's client runs a function up to three
//! times, never times out and ignores the region of an ARN; hosts and credentials come from the SDK.

pub mod client;
pub mod credentials;
pub mod endpoint;
pub mod event;
pub mod function;
pub mod iam;
pub mod limits;
pub mod response;
pub mod sign;
