//! Policies that are not Gantry's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// User-defined policies, and global policies that run around every assembly.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Policies {
    /// Files, and folders of files, that start with `policy: 1.0.0` or `global-policy: 1.0.0`.
    pub paths: Vec<String>,
    /// The global policy that runs before every assembly, as `NAME` or `NAME:VERSION`.
    pub pre_hook: Option<String>,
    /// The global policy that runs after every assembly whose fault nothing is left of.
    pub post_hook: Option<String>,
    /// The global policy whose `catch` takes what an assembly does not take.
    pub error_hook: Option<String>,
}
