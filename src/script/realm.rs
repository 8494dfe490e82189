//! A QuickJS runtime with one context, for one run.
//!
//! Making one takes about 90 microseconds, of which the context is 65, and reading the library's pieces that most scripts ask
//! for some 300 more. An idle thread makes the next one ahead, so that a request pays for it only where all threads are busy.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_allocator::script::Timed;
use rquickjs::{Context, Ctx, Object, Persistent, Runtime, Value};

use super::Limits;
use super::answer::Line;
use super::evaluate::evaluate;
use super::failure::{Failure, Reason, SCRIPT};
use super::host::prepare;
use super::memory::Memory;

/// The part of the thread's stack that recursion may use.
const STACK: usize = 512 * 1024;

/// Rejections that are remembered: the first is what the log shows.
const MOST_REJECTED: usize = 256;

/// A runtime that nothing has run in.
pub(super) struct Realm {
    /// Pieces of the library that were read ahead. Before the context, as it holds values of it.
    pub prepared: Option<Persistent<Object<'static>>>,
    pub rejected: Rc<Rejected>,
    pub clock: Rc<Clock>,
    pub limits: Limits,
    pub memory: Memory,
    pub context: Context,
}

/// Promises that were rejected and that nothing has taken yet.
#[derive(Default)]
pub(super) struct Rejected(RefCell<Vec<(Persistent<Value<'static>>, Failure)>>);

/// When a run is interrupted, between instructions or where it asks for memory.
#[derive(Default)]
pub(super) struct Clock {
    until: Cell<Option<Instant>>,
    line: RefCell<Option<Arc<Line>>>,
    fired: Cell<Option<Reason>>,
}

impl Clock {
    /// Starts a turn on the thread.
    pub(super) fn start(&self, left: Duration, line: Option<Arc<Line>>) {
        self.until.set(Some(Instant::now() + left));
        *self.line.borrow_mut() = line;
    }

    /// Why the run was interrupted.
    pub(super) fn fired(&self) -> Option<Reason> {
        self.fired.get()
    }

    /// Stops the run where the gateway has no room for what the script needs, and says whether it is so.
    fn has_no_room(&self, memory: &Memory, more: usize) -> bool {
        let none = memory.take_room(more).is_err();
        if none {
            self.fired.set(Some(Reason::NoRoom));
        }
        none
    }

    fn is_over(&self) -> bool {
        if self.line.borrow().as_ref().is_some_and(|line| line.is_stopped()) {
            self.fired.set(Some(Reason::Late));
        } else if self.until.get().is_some_and(|until| Instant::now() >= until) {
            self.fired.set(Some(Reason::Time));
        }
        self.fired.get().is_some()
    }
}

impl Rejected {
    /// The first rejection that nothing took.
    pub(super) fn take(&self) -> Option<Failure> {
        let mut all = std::mem::take(&mut *self.0.borrow_mut());
        (!all.is_empty()).then(|| all.swap_remove(0).1)
    }

    fn note<'js>(&self, ctx: &Ctx<'js>, promise: &Value<'js>, reason: &Value<'js>, is_handled: bool) {
        let mut all = self.0.borrow_mut();
        if is_handled {
            all.retain(|(known, _)| known.clone().restore(ctx).is_ok_and(|known| known != *promise));
        } else if all.len() < MOST_REJECTED {
            all.push((Persistent::save(ctx, promise.clone()), Failure::thrown(reason)));
        }
    }
}

impl Realm {
    pub(super) fn new(limits: Limits) -> rquickjs::Result<Self> {
        let (clock, rejected) = (Rc::new(Clock::default()), Rc::new(Rejected::default()));
        let (watch, asked, noted) = (clock.clone(), clock.clone(), Rc::downgrade(&rejected));
        let memory = Memory::new(limits.memory);
        let (held, wanted) = (memory.clone(), memory.clone());
        let is_over = move |size| asked.is_over() || asked.has_no_room(&wanted, size);
        let runtime = Runtime::new_with_alloc(Timed::new(is_over, memory.in_use.clone()))?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(STACK);
        runtime.set_interrupt_handler(Some(Box::new(move || watch.is_over() || watch.has_no_room(&held, 0))));
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, is_handled| {
            if let Some(rejected) = noted.upgrade() {
                rejected.note(&ctx, &promise, &reason, is_handled);
            }
        })));
        let context = Context::full(&runtime)?;
        Ok(Realm { prepared: None, rejected, clock, limits, memory, context })
    }

    /// Reads the pieces of the library that most scripts ask for.
    pub(super) fn prepare(&mut self) {
        self.clock.start(self.limits.time, None);
        let prepared =
            self.context.with(|ctx| prepare(&ctx, &self.memory).map(|pieces| Persistent::save(&ctx, pieces)));
        self.prepared = prepared.ok();
    }

    /// Parses a text as a script.
    pub(super) fn check(&self, code: &str) -> Result<(), Failure> {
        self.clock.start(self.limits.time, None);
        self.context.with(|ctx| evaluate(&ctx, code, SCRIPT).map(drop).map_err(|_| Failure::pending(&ctx)))
    }
}
