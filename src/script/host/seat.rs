//! The place of a run's host in a realm, whose native functions are older than the run.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::{Ctx, Exception, Result};

use super::Host;

/// Holds the host of the run that a realm is in, if it is in one.
#[derive(Default)]
pub(in crate::script) struct Seat(RefCell<Option<Rc<Host>>>);

impl Seat {
    /// Gives the realm to a run, or to none.
    pub(in crate::script) fn set(&self, host: Option<Rc<Host>>) {
        *self.0.borrow_mut() = host;
    }

    pub(super) fn host(&self, ctx: &Ctx<'_>) -> Result<Rc<Host>> {
        self.0.borrow().clone().ok_or_else(|| Exception::throw_internal(ctx, "no run is under way"))
    }
}
