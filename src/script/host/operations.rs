//! What a run waits for: timers, and calls.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use rquickjs::{Ctx, Exception, Object, Result};
use tokio::task::AbortHandle;

use super::{Host, Outcome, native};

/// Timers and calls that one run may wait for at the same time.
const AT_ONCE: usize = 64;

/// The operations under way.
#[derive(Default)]
pub(in crate::script) struct Operations {
    next: u32,
    tasks: HashMap<u32, AbortHandle>,
}

impl Operations {
    /// Whether something is to come.
    pub(in crate::script) fn is_waiting(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// One is over; false where it was called off.
    pub(in crate::script) fn end(&mut self, operation: u32) -> bool {
        self.tasks.remove(&operation).is_some()
    }

    /// Calls everything off.
    pub(in crate::script) fn abort(&mut self) {
        self.tasks.drain().for_each(|(_, task)| task.abort());
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Host {
    /// Starts something whose outcome comes back to this run's thread.
    pub(super) fn begin(&self, ctx: &Ctx<'_>, work: impl Future<Output = Outcome> + Send + 'static) -> Result<u32> {
        let mut operations = self.operations.borrow_mut();
        if operations.tasks.len() >= AT_ONCE {
            let message = format!("a script waits for at most {AT_ONCE} timers and calls at the same time");
            return Err(Exception::throw_range(ctx, &message));
        }
        operations.next += 1;
        let (operation, run, queue) = (operations.next, self.run, self.queue.clone());
        let task = self.reactor.spawn(async move {
            let outcome = work.await;
            queue.deliver(run, operation, outcome);
        });
        operations.tasks.insert(operation, task.abort_handle());
        Ok(operation)
    }
}

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
