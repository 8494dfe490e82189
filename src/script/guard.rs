//! The limits of a run: when it is interrupted, and what it may take.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_allocator::{Bounds, Image, Setup, Watch};
use rquickjs::{Object, Value};

use super::answer::Line;
use super::failure::Reason;
use super::memory::Memory;
use super::rejected::Rejected;

/// The part of the thread's stack that recursion may use.
const STACK: usize = 512 * 1024;

/// When a run is interrupted, between instructions or where it asks for memory.
#[derive(Default)]
pub(super) struct Clock {
    until: Cell<Option<Instant>>,
    line: RefCell<Option<Arc<Line>>>,
    fired: Cell<Option<Reason>>,
}

/// The limits of a run, and what it left unhandled.
pub(super) struct Guard {
    pub clock: Clock,
    pub memory: Memory,
    pub rejected: Rejected,
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

    fn is_over(&self) -> bool {
        if self.line.borrow().as_ref().is_some_and(|line| line.is_stopped()) {
            self.fired.set(Some(Reason::Late));
        } else if self.until.get().is_some_and(|until| Instant::now() >= until) {
            self.fired.set(Some(Reason::Time));
        }
        self.fired.get().is_some()
    }

    fn reset(&self) {
        self.until.set(None);
        self.fired.set(None);
        self.line.borrow_mut().take();
    }
}

impl Guard {
    /// The guard of an engine that may have so much memory.
    pub(super) fn new(memory: usize) -> Rc<Self> {
        let memory = Memory::new(memory);
        Rc::new(Guard { clock: Clock::default(), memory, rejected: Rejected::default() })
    }

    /// An engine under this guard.
    pub(super) fn image(
        self: &Rc<Self>,
        setup: impl for<'js> FnOnce(&Setup<'js>) -> rquickjs::Result<Object<'js>>,
    ) -> rquickjs::Result<Image> {
        let bounds = Bounds { memory: self.memory.most, stack: STACK };
        Image::new(bounds, self.clone(), self.memory.in_use.clone(), setup)
    }

    /// Stops the run where the gateway has no room for what the script needs, and says whether it is so.
    fn has_no_room(&self, more: usize) -> bool {
        let none = self.memory.take_room(more).is_err();
        if none {
            self.clock.fired.set(Some(Reason::NoRoom));
        }
        none
    }

    /// Forgets the run.
    pub(super) fn reset(&self) {
        self.clock.reset();
        self.memory.give_room_back();
        self.rejected.take();
    }
}

impl Watch for Guard {
    fn is_over(&self) -> bool {
        self.clock.is_over() || self.has_no_room(0)
    }

    fn refuses(&self, bytes: usize) -> bool {
        self.clock.is_over() || self.has_no_room(bytes)
    }

    fn rejected<'js>(&self, kept: &Object<'js>, promise: Value<'js>, reason: Value<'js>, is_handled: bool) {
        self.rejected.note(kept, &promise, &reason, is_handled);
    }
}
