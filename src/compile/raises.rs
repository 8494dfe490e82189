//! A step that only raises a fault that is known at load.

use crate::policy::{Access, Plan};
use crate::runtime::{Context, Fault, Outcome, Step};

/// Raises a fault.
pub(super) struct Raises(pub Fault);

impl Step for Raises {
    fn run<'a>(&'a self, _: &'a mut Context) -> Outcome<'a> {
        Outcome::fault(self.0.clone())
    }
}

/// A plan that raises a fault.
pub(super) fn raises(fault: Fault) -> Plan {
    Plan { step: Box::new(Raises(fault)), access: Access::default() }
}
