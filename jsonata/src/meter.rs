//! Added by Gantry: what an evaluation may cost, counted where work is done and where values are made.
//!
//! A built-in function may loop over millions of items, or make a text of gigabytes, between two checks of the evaluator. So the
//! meter is asked in those loops, before large texts are made, and in the constructors of all values. Most of those places return
//! no `Result`: when the budget is spent they unwind, without a message, to [`run`], which answers what was spent.

use std::cell::{Cell, RefCell};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::time::Instant;

use crate::evaluator::EvaluatorError;
use crate::value::JValue;

/// What an evaluation may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Units of work: about 50 ns each, such as one node of the expression, eight items of a list, or 256 bytes of a text.
    pub units: u64,
    /// Bytes of all values that there are at one time. Short texts count for ever.
    pub bytes: u64,
    /// When it must have ended.
    pub deadline: Option<Instant>,
}

/// What was spent before the evaluation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    Units,
    Bytes,
    Time,
    /// Values are nested too deeply to be walked.
    Nesting,
}

/// How many units pass between two looks at the clock.
const WINDOW: i64 = 512;

/// How deep a walk over a value goes. Each level takes some hundred bytes of stack for its time.
const MAX_WALK: u32 = 20_000;

/// Texts from this size on are remembered, to find out which of them are gone. Lists and objects say so themselves.
const LONG_TEXT: usize = 256;

/// The size of a value without what it points to.
const ITEM: usize = std::mem::size_of::<JValue>();

/// About what a member of an object takes: its key, value, hash and place.
const MEMBER: usize = ITEM + 64;

struct Meter {
    is_on: Cell<bool>,
    /// Units until the next look at the clock.
    window: Cell<i64>,
    /// Units after that.
    rest: Cell<i64>,
    /// Bytes that may still be made, and how many there were at first.
    bytes: Cell<i64>,
    all_bytes: Cell<i64>,
    deadline: Cell<Option<Instant>>,
    depth: Cell<u32>,
    spent: Cell<Option<Spent>>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            is_on: Cell::new(false),
            window: Cell::new(i64::MAX),
            rest: Cell::new(0),
            bytes: Cell::new(i64::MAX),
            all_bytes: Cell::new(i64::MAX),
            deadline: Cell::new(None),
            depth: Cell::new(0),
            spent: Cell::new(None),
        }
    };
}

thread_local! {
    static TEXTS: RefCell<Vec<Rc<str>>> = const { RefCell::new(Vec::new()) };
}

/// Turns the meter off again, also when the closure unwinds.
struct Off;

impl Drop for Off {
    fn drop(&mut self) {
        METER.with(|meter| {
            meter.is_on.set(false);
            meter.window.set(i64::MAX);
            meter.bytes.set(i64::MAX);
            meter.all_bytes.set(i64::MAX);
            meter.deadline.set(None);
            meter.depth.set(0);
            meter.spent.set(None);
        });
        TEXTS.with(|texts| texts.take());
    }
}

/// Runs a closure within limits. Inside of another run it shares that one's.
pub fn run<T>(limits: &Limits, f: impl FnOnce() -> T) -> Result<T, Spent> {
    let off = METER.with(|meter| {
        (!meter.is_on.get()).then(|| {
            meter.is_on.set(true);
            meter.window.set(0);
            meter.rest.set(i64::try_from(limits.units).unwrap_or(i64::MAX));
            meter.bytes.set(i64::try_from(limits.bytes).unwrap_or(i64::MAX));
            meter.all_bytes.set(meter.bytes.get());
            meter.deadline.set(limits.deadline);
            Off
        })
    });
    let depth = METER.with(|meter| meter.depth.get());
    let result = catch_unwind(AssertUnwindSafe(f));
    let spent = METER.with(|meter| {
        meter.depth.set(depth);
        meter.spent.get()
    });
    drop(off);
    match (result, spent) {
        // Once it is spent no result counts, whichever way the evaluator took from there.
        (_, Some(spent)) => Err(spent),
        (Ok(value), None) => Ok(value),
        (Err(panic), None) => resume_unwind(panic),
    }
}

impl Meter {
    /// Adds units to the window, unless something is spent.
    #[cold]
    #[inline(never)]
    fn refill(&self) -> Option<Spent> {
        if !self.is_on.get() {
            self.window.set(i64::MAX);
            return None;
        }
        if self.spent.get().is_none() {
            let rest = self.rest.get().saturating_add(self.window.get());
            if rest < 0 {
                self.spent.set(Some(Spent::Units));
            } else if self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline) {
                self.spent.set(Some(Spent::Time));
            }
            let window = rest.min(WINDOW);
            self.window.set(window);
            self.rest.set(rest - window);
        }
        if self.spent.get().is_some() {
            self.window.set(-1);
            self.rest.set(0);
        }
        self.spent.get()
    }

    /// Whether so many bytes are left once the texts that are gone are forgotten. A quarter is to be left as well: otherwise
    /// every other value would look for texts.
    #[cold]
    #[inline(never)]
    fn sweep(&self, wanted: i64) -> bool {
        if !self.is_on.get() {
            self.bytes.set(i64::MAX);
            return true;
        }
        let freed = TEXTS.with(|texts| {
            let mut freed = 0;
            texts.borrow_mut().retain(|text| {
                let is_used = Rc::strong_count(text) > 1;
                freed += if is_used { 0 } else { text_size(text.len()) };
                is_used
            });
            freed
        });
        self.bytes.set(self.bytes.get().saturating_add(freed as i64));
        self.bytes.get() > wanted.saturating_add(self.all_bytes.get() / 4)
    }

    #[cold]
    #[inline(never)]
    fn end(&self, spent: Spent) {
        if !self.is_on.get() {
            return;
        }
        if self.spent.get().is_none() {
            self.spent.set(Some(spent));
        }
        self.window.set(-1);
        self.rest.set(0);
        unwind();
    }

    /// Whether units can be taken.
    #[inline]
    fn take(&self, units: usize) -> Option<Spent> {
        let left = self.window.get().saturating_sub(i64::try_from(units).unwrap_or(i64::MAX));
        self.window.set(left);
        if left < 0 { self.refill() } else { None }
    }
}

/// Ends the evaluation. Values are made while an unwinding drops others, too.
fn unwind() {
    if !std::thread::panicking() {
        resume_unwind(Box::new(()));
    }
}

/// A step of the evaluator.
#[inline]
pub(crate) fn step() -> Result<(), EvaluatorError> {
    match METER.with(|meter| meter.take(1)) {
        None => Ok(()),
        Some(spent) => Err(error(spent)),
    }
}

#[cold]
fn error(spent: Spent) -> EvaluatorError {
    EvaluatorError::EvaluationError(format!("{spent:?} of this evaluation are spent"))
}

/// Takes units for work that is about to be done.
#[inline]
pub fn spend(units: usize) {
    if METER.with(|meter| meter.take(units)).is_some() {
        unwind();
    }
}

/// Takes units for going through so many items.
#[inline]
pub fn items(count: usize) {
    spend(count / 8 + 1);
}

/// Takes units for going through a text of so many bytes.
#[inline]
pub fn text(bytes: usize) {
    spend(bytes / 256 + 1);
}

/// A value of so many bytes is made, or was.
#[inline]
pub fn made(bytes: usize) {
    METER.with(|meter| {
        let left = meter.bytes.get().saturating_sub(i64::try_from(bytes).unwrap_or(i64::MAX));
        meter.bytes.set(left);
        if left < 0 && !meter.sweep(0) {
            meter.end(Spent::Bytes);
        }
    });
}

/// A value of so many bytes is gone.
#[inline]
fn freed(bytes: usize) {
    METER.with(|meter| {
        let left = meter.bytes.get().saturating_add(bytes as i64);
        meter.bytes.set(left.min(meter.all_bytes.get()));
    });
}

fn text_size(bytes: usize) -> usize {
    bytes.saturating_add(16)
}

fn list_size(capacity: usize) -> usize {
    capacity.saturating_mul(ITEM).saturating_add(48)
}

fn object_size(members: usize) -> usize {
    members.saturating_mul(MEMBER).saturating_add(96)
}

/// A text of so many bytes is about to be made, and will be charged for when it is a value.
#[inline]
pub(crate) fn reserve(bytes: usize) {
    METER.with(|meter| {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        if meter.bytes.get() < bytes && !meter.sweep(bytes) {
            meter.end(Spent::Bytes);
        }
    });
}

/// The same, of a list of so many items.
#[inline]
pub(crate) fn reserve_items(count: usize) {
    reserve(count.saturating_mul(ITEM));
}

/// A text was made.
#[inline]
pub(crate) fn made_text(made_one: &Rc<str>) {
    let bytes = made_one.len();
    made(text_size(bytes));
    if bytes >= LONG_TEXT {
        text(bytes);
        if METER.with(|meter| meter.is_on.get()) {
            TEXTS.with(|texts| texts.borrow_mut().push(made_one.clone()));
        }
    }
}

/// A list was made.
#[inline]
pub(crate) fn made_list(capacity: usize) {
    made(list_size(capacity));
    if capacity > 8 {
        items(capacity);
    }
}

/// A list is gone.
#[inline]
pub(crate) fn freed_list(capacity: usize) {
    freed(list_size(capacity));
}

/// An object is gone.
#[inline]
pub(crate) fn freed_object(members: usize) {
    freed(object_size(members));
}

/// Adds the items of a list to another.
pub(crate) fn extend(list: &mut Vec<JValue>, more: &[JValue]) {
    items(more.len());
    reserve_items(list.len() + more.len());
    list.extend_from_slice(more);
}

/// The items of a list once more.
pub(crate) fn copy(list: &[JValue]) -> Vec<JValue> {
    items(list.len());
    reserve_items(list.len());
    list.to_vec()
}

/// An object was made.
#[inline]
pub(crate) fn made_object<'k>(keys: impl ExactSizeIterator<Item = &'k String>) {
    spend(keys.len() + 1);
    let members = keys.len();
    // Long keys count for ever.
    let long = keys.map(|key| key.len().saturating_sub(32)).sum::<usize>();
    made(object_size(members).saturating_add(long));
}

/// One level of a walk over a value.
#[inline]
pub(crate) fn nested<R>(f: impl FnOnce() -> R) -> R {
    let depth = METER.with(|meter| {
        let depth = meter.depth.get();
        meter.depth.set(depth + 1);
        if depth > MAX_WALK {
            meter.end(Spent::Nesting);
        }
        if meter.take(1).is_some() {
            unwind();
        }
        depth
    });
    let result = f();
    METER.with(|meter| meter.depth.set(depth));
    result
}

/// Takes units for what a function is given: its lists and texts, not what is in them.
pub(crate) fn arguments(values: &[JValue]) {
    let size = |value: &JValue| match value {
        JValue::String(text) => text.len() / 64,
        JValue::Array(items) => items.len() / 8,
        JValue::Object(members) => members.len() / 2,
        _ => 0,
    };
    spend(values.iter().map(size).sum::<usize>() + 1);
}

/// A text is about to get longer. The buffer doubles, and the value is a copy of it.
#[inline]
pub(crate) fn text_grows(text: &str, more: usize) {
    spend(more / 64 + 1);
    reserve(text.len().saturating_add(more).saturating_mul(2));
}

/// A list is about to get an item. Its buffer doubles.
#[inline]
pub(crate) fn list_grows(len: usize) {
    spend(1);
    if len.is_power_of_two() && len >= 1024 {
        reserve_items(len.saturating_mul(2));
    }
}

/// Members are about to be put into an object that has some.
pub(crate) fn members(there: usize, more: &indexmap::IndexMap<String, JValue>) {
    spend(more.len() * 2);
    let keys: usize = more.keys().map(|key| key.len()).sum();
    reserve(object_size(there.saturating_add(more.len())).saturating_mul(2).saturating_add(keys));
}

/// Whether two texts are the same.
#[inline]
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    one.len() == other.len() && {
        if one.len() > 64 {
            text(one.len());
        }
        one == other
    }
}

/// The error of a picture that is too long.
pub(crate) const LONG_PICTURE: &str = "U1006";

/// The longest picture of a number or a date, in bytes.
const MAX_PICTURE: usize = 4096;

/// Takes units for reading a picture and for what is put into a number one digit after the other, each in front of all others.
/// False where the picture is too long.
pub(crate) fn picture(picture: &str) -> bool {
    spend(picture.len() * 2 + picture.len().saturating_mul(picture.len()) / 128);
    picture.len() <= MAX_PICTURE
}

/// Whether an evaluation is being measured on this thread.
pub fn is_on() -> bool {
    METER.with(|meter| meter.is_on.get())
}
