//! Where the first segment of a name lives.

use std::sync::Arc;

use super::Builtin;

/// Where the first segment of a name lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// What the gateway provides.
    Builtin(Builtin),
    /// A variable of this pipeline, by its number.
    Slot(u16),
    /// A name that only run time knew.
    Named(Arc<str>),
}
