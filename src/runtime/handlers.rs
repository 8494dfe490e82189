//! The handler table: faults, the ops they come from, and their handlers.

use std::ops::Range;
use std::sync::Arc;

use super::fault::Fault;
use super::step_info::OpId;

/// One entry of a catch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// The ops it guards.
    pub ops: Range<OpId>,
    pub faults: CatchNames,
    /// Its first op. Its last op jumps on: after the policy for a v5 policy's catch, to the end for the assembly's.
    pub entry: OpId,
}

/// The faults that a handler takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatchNames {
    Named(Box<[Arc<str>]>),
    Default,
}

impl Handler {
    /// Whether it guards this op and takes this fault.
    pub(super) fn is_for(&self, op: OpId, fault: &Fault) -> bool {
        self.ops.contains(&op) && self.takes(fault)
    }

    fn takes(&self, fault: &Fault) -> bool {
        match &self.faults {
            CatchNames::Default => fault.kind.is_none_or(|kind| kind.by_default),
            CatchNames::Named(names) => fault.names().any(|name| names.iter().any(|known| **known == *name)),
        }
    }
}
