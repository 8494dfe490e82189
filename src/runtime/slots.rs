//! The variables that steps have set.

use std::collections::HashMap;
use std::sync::Arc;

use super::overrides::Overrides;
use crate::value::{Message, Value};

/// The variables that steps have set.
#[derive(Default)]
pub struct Variables {
    /// One place for every variable that the pipeline knows.
    pub slots: Box<[Slot]>,
    /// Variables whose names only run time knew.
    pub overflow: HashMap<Arc<str>, Slot>,
    /// The members of the gateway's own variables that steps have set.
    pub written: Overrides,
}

/// The content of a variable of the pipeline.
#[derive(Debug, Default)]
pub enum Slot {
    #[default]
    Empty,
    Value(Value),
    /// The `output` of a call.
    Message(Box<Message>),
}

// === impl Slot ===

impl Slot {
    pub fn is_empty(&self) -> bool {
        matches!(self, Slot::Empty)
    }
}
