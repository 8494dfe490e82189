//! The operations that a run waits for: timers and calls.

use std::rc::Rc;
use std::time::Duration;

use rquickjs::{Ctx, Object, Result};

use super::{Host, native};
use crate::script::mail::Outcome;

pub(super) fn install<'js>(ctx: &Ctx<'js>, host: &Rc<Host>, native: &Object<'js>) -> Result<()> {
    native!(native, ctx, host, "timer", |ctx, milliseconds: f64| {
        let wait = Duration::from_secs_f64((milliseconds / 1000.0).clamp(0.001, 86_400.0));
        host.begin(&ctx, async move {
            tokio::time::sleep(wait).await;
            Outcome::Timer
        })
    });
    native!(native, ctx, host, "cancel", |_ctx, operation: u32| {
        if let Some(task) = host.operations.borrow_mut().tasks.remove(&operation) {
            task.abort();
        }
        Ok::<_, rquickjs::Error>(())
    });
    Ok(())
}
