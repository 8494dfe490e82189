//! The extensions of a document that hold assemblies.

/// Our own.
pub const OURS: &str = "x-assembly";

/// Those of IBM's gateways, in the order in which they are looked at.
pub const IBM: [&str; 2] = ["x-gateway-configuration", "x-ibm-configuration"];
