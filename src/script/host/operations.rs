//! The operations that a run waits for: timers and calls.

use std::rc::Rc;
use std::time::Duration;

use gantry_allocator::Setup;
use rquickjs::{Object, Result};

use super::{Seat, native};
use crate::script::mail::Outcome;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "timer", |ctx, milliseconds: f64| {
        let wait = Duration::from_secs_f64((milliseconds / 1000.0).clamp(0.001, 86_400.0));
        host.begin(&ctx, async move {
            tokio::time::sleep(wait).await;
            Outcome::Timer
        })
    });
    native!(native, setup, host, "cancel", |_ctx, operation: u32| {
        if let Some(task) = host.operations.borrow_mut().tasks.remove(&operation) {
            task.abort();
        }
        Ok::<_, rquickjs::Error>(())
    });
    Ok(())
}
