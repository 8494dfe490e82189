#![forbid(unsafe_code)]
pub mod diagnostics;
pub mod value;
pub mod source;
pub mod settings;
pub mod openapi;
pub mod assembly;
pub mod expression;
pub mod runtime;
pub mod http_client;
pub mod aws;
pub mod resources;
pub mod policy;
pub mod compile;
pub mod telemetry;
pub mod server;
pub mod gateway;
pub mod local_lambda;
pub mod cli;
#[cfg(test)]
mod test_support;
