//! Extensions of a document that hold assemblies.

/// The extension that holds an assembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// `x-assembly`: ours. `${ENV}` is expanded here and only here.
    XAssembly,
    /// `x-gateway-configuration` or `x-ibm-configuration`.
    Ibm,
    /// `x-amazon-apigateway-integration`, of which the steps were made.
    Amazon,
}

pub use crate::openapi::{IBM, OURS};
