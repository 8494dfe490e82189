//! The gateway's side of one run.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use bytes::Bytes;
use fastrand::Rng;
use http::StatusCode;
use rquickjs::{Ctx, Exception, Result};
use tokio::runtime::Handle;

use super::chatter::Chatter;
use super::given::Given;
use super::under_way::Operations;
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::script::mail::{Outcome, RunId};
use crate::script::queue::Queue;
use crate::script::{Limits, Script};

/// The size of a name, a header or an empty variable in addition to its own bytes.
const ENTRY: usize = 256;

/// Timers and calls that one run may wait for at the same time.
const AT_ONCE: usize = 64;

/// The gateway's side of a run.
pub(in crate::script) struct Host {
    pub run: RunId,
    pub cx: RefCell<Context>,
    pub script: Arc<Script>,
    pub queue: Arc<Queue>,
    pub reactor: Handle,
    pub operations: RefCell<Operations>,
    /// The rejection of the request by the script; the first one counts.
    pub rejection: RefCell<Option<Rejection>>,
    pub(super) chatter: Arc<Chatter>,
    pub(super) lines: Cell<u32>,
    /// Bytes that the script may still hand over.
    allowance: Cell<usize>,
    /// The script has set the status, so a refusal has it too.
    pub(super) status_set: Cell<bool>,
    /// Bodies that the script has read and may take for text: few, as only messages that came from outside have one.
    pub(super) sent: RefCell<Vec<Bytes>>,
    /// Values that the script was given: numbers of them keep their text where the script hands them back.
    pub(super) given: RefCell<Given>,
    /// Random numbers that are no secrets.
    pub(super) generator: RefCell<Rng>,
}

/// A refusal in the script's words.
pub(in crate::script) struct Rejection {
    pub name: String,
    pub message: String,
    pub status: Option<StatusCode>,
    pub reason: Option<String>,
}

impl Host {
    pub(in crate::script) fn new(
        run: RunId,
        cx: Context,
        script: Arc<Script>,
        queue: Arc<Queue>,
        reactor: Handle,
        chatter: Arc<Chatter>,
        limits: Limits,
    ) -> Self {
        let generator = RefCell::new(cx.state.fixed.generator());
        Host {
            run,
            cx: RefCell::new(cx),
            script,
            queue,
            reactor,
            operations: RefCell::default(),
            rejection: RefCell::new(None),
            chatter,
            lines: Cell::new(0),
            allowance: Cell::new(limits.memory),
            status_set: Cell::new(false),
            sent: RefCell::default(),
            given: RefCell::default(),
            generator,
        }
    }

    /// The request, at the end.
    pub(in crate::script) fn take(&self) -> Context {
        let mut cx = self.cx.borrow_mut();
        let placeholder = cx.state.placeholder();
        Context { state: std::mem::replace(&mut cx.state, placeholder) }
    }

    /// The fault of a refusal.
    pub(in crate::script) fn fault(&self, rejection: Rejection) -> Fault {
        let Rejection { name, message, status, reason } = rejection;
        // A script that names the fault means it to happen.
        let mut fault = match name.is_empty() {
            true => Fault::new(&kinds::JAVASCRIPT, FaultSource::Gateway, message),
            false => Fault::thrown(&name, message),
        };
        let cx = self.cx.borrow();
        let own = cx.state.outgoing.message.status.filter(|_| self.status_set.get());
        if let Some(status) = status.or(own) {
            fault.status = status;
        }
        fault.reason = reason.or_else(|| cx.state.outgoing.message.reason.clone().filter(|_| own.is_some()));
        fault
    }

    /// Counts what a script hands over: what lies in the gateway's memory is not in the engine's.
    pub(super) fn spend(&self, ctx: &Ctx<'_>, bytes: usize) -> Result<()> {
        match self.allowance.get().checked_sub(bytes.saturating_add(ENTRY)) {
            Some(left) => {
                self.allowance.set(left);
                Ok(())
            }
            None => {
                Err(Exception::throw_range(ctx, "the script handed more to the gateway than `scripts: memory` allows"))
            }
        }
    }

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
