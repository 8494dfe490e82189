//! A script engine that one run after the other has to itself.
//!
//! Setting one up takes about a millisecond: QuickJS's own objects, and the library. It is done once: after each run the engine is put
//! back to what it was, byte for byte, which takes about 10 microseconds. Nothing of a run is seen by the next one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gantry_allocator::{Bounds, Bytecode, Image, Setup, Watch};
use rquickjs::{Ctx, Error, Object, Value};

use super::answer::Line;
use super::dialect::Library;
use super::failure::{Failure, Reason, SCRIPT};
use super::host::{Host, Seat, install};
use super::memory::Memory;
use super::rejected::Rejected;
use super::{Dialect, Limits};

/// The part of the thread's stack that recursion may use.
const STACK: usize = 512 * 1024;

/// An engine that nothing has run in since it was set up or put back.
pub(super) struct Realm {
    pub limits: Limits,
    pub guard: Rc<Guard>,
    library: Library,
    seat: Rc<Seat>,
    image: Image,
}

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
    /// Stops the run where the gateway has no room for what the script needs, and says whether it is so.
    fn has_no_room(&self, more: usize) -> bool {
        let none = self.memory.take_room(more).is_err();
        if none {
            self.clock.fired.set(Some(Reason::NoRoom));
        }
        none
    }

    fn reset(&self) {
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

impl Realm {
    /// An engine with the library.
    pub(super) fn new(limits: Limits, library: Library) -> rquickjs::Result<Self> {
        Realm::set_up(limits, library, |setup, seat, memory| install(setup, seat, memory, library))
    }

    fn set_up(
        limits: Limits,
        library: Library,
        work: impl for<'js> FnOnce(&Setup<'js>, &Rc<Seat>, &Memory) -> rquickjs::Result<Object<'js>>,
    ) -> rquickjs::Result<Self> {
        let (seat, memory) = (Rc::new(Seat::default()), Memory::new(limits.memory));
        let (in_use, room) = (memory.in_use.clone(), memory.clone());
        let guard = Rc::new(Guard { clock: Clock::default(), memory, rejected: Rejected::default() });
        let bounds = Bounds { memory: limits.memory, stack: STACK };
        let image = Image::new(bounds, guard.clone(), in_use, |setup| work(setup, &seat, &room))?;
        Ok(Realm { limits, guard, library, seat, image })
    }

    /// Whether a script of a dialect can run in it.
    pub(super) fn suits(&self, dialect: Dialect) -> bool {
        self.library == Library::of(dialect)
    }

    /// Gives the engine to a run.
    pub(super) fn enter(&self, host: &Rc<Host>) {
        self.seat.set(Some(host.clone()));
    }

    /// Works in the engine, with what the library keeps outside of the scripts' reach.
    pub(super) fn with<R>(&self, work: impl for<'js> FnOnce(&Ctx<'js>, &Object<'js>) -> R) -> rquickjs::Result<R> {
        self.image.with(|ctx, kept| Ok(work(ctx, &kept)))
    }

    /// Ends a run: the engine is as it was before.
    pub(super) fn put_back(&mut self) {
        self.seat.set(None);
        self.image.put_back();
        self.guard.reset();
    }
}

/// Parses a text as a script.
pub(super) fn parse(code: &str, limits: Limits) -> Result<Bytecode, Failure> {
    let library = Library { has_modules: false, is_bare: false };
    let no_memory = |_: Error| Failure::plain("the script engine has no memory");
    let realm = Realm::set_up(limits, library, |setup, _, _| Object::new(setup.ctx().clone())).map_err(no_memory)?;
    realm.guard.clock.start(limits.time, None);
    realm.with(|ctx, _| Bytecode::compile(ctx, code, SCRIPT).map_err(|_| Failure::pending(ctx))).map_err(no_memory)?
}
