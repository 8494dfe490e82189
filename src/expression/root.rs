//! The root of a name: its first segment.

use std::sync::Arc;

use super::Builtin;

/// The variable that the first segment of a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A variable that the gateway provides.
    Builtin(Builtin),
    /// A variable of this pipeline, by its number.
    Slot(u16),
    /// A name that only run time knew.
    Named(Arc<str>),
}
