//! The limits of an evaluation, and the threads on which it runs.
//!
//! An ordinary evaluation takes microseconds and is done at once. One that has spent its small budget is given up and begun anew
//! with the large one, off the threads that serve: expressions change nothing, so a second run is not seen.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jsonata_core::meter::{self, Limits, Spent};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::super::Scope;
use crate::base::cores;

/// The longest list that an evaluation makes. JSONata's own limit for a range is ten times that, and takes seconds.
pub const MAX_LIST: usize = 1_000_000;

/// How deep an evaluation nests: about three times the depth of a recursion. Each level takes some 3 kB for its time.
pub const MAX_NESTING: usize = 6_000;

/// How long an evaluation may take, if its request has that long.
pub const TIME_OUT: Duration = Duration::from_secs(1);

/// The bytes that the values of an evaluation may take, without those that it is given.
pub const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// About a millisecond of work.
const AT_ONCE: Limits = Limits { units: 20_000, bytes: 1024 * 1024, deadline: None };

/// About a second of work: the time-out usually comes first.
const MAX_UNITS: u64 = 20_000_000;

/// How many large evaluations wait for others to end. More than that are refused at once.
const MAX_WAITING: usize = 64;

/// Prepares and runs an evaluation within the small budget, and where that does not do, within the large one. What it is given
/// is as large as bodies may be, so to the large one that does not count.
pub(super) fn measured<P, T>(
    scope: &dyn Scope,
    prepare: impl Fn() -> P,
    evaluate: impl Fn(&P) -> T,
) -> Result<T, Refused> {
    let is_part = meter::is_on();
    match meter::run(&AT_ONCE, || evaluate(&prepare())) {
        Ok(result) => return Ok(result),
        Err(spent) if is_part => return Err(spent.into()),
        Err(_) => {}
    }
    off_thread(|| {
        let deadline = deadline(scope, TIME_OUT);
        let _turn = TURNS.wait(cores(), deadline)?;
        let limits = Limits { units: MAX_UNITS, bytes: MAX_BYTES, deadline: Some(deadline) };
        let prepared = prepare();
        meter::run(&limits, || evaluate(&prepared)).map_err(Refused::from)
    })
}

/// Runs what evaluates once per item of a value within one budget for all of them.
pub(super) fn together<T>(scope: &dyn Scope, run: impl FnOnce() -> T) -> Result<T, Refused> {
    const TIMES: u32 = 10;
    let limits = Limits {
        units: MAX_UNITS * u64::from(TIMES),
        bytes: MAX_BYTES,
        deadline: Some(deadline(scope, TIME_OUT * TIMES)),
    };
    meter::run(&limits, run).map_err(Refused::from)
}

fn deadline(scope: &dyn Scope, most: Duration) -> Instant {
    let own = Instant::now() + most;
    scope.deadline().map_or(own, |deadline| deadline.min(own))
}

/// Why an evaluation was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Spent(Spent),
    /// Too many others run.
    Busy,
}

impl From<Spent> for Refused {
    fn from(spent: Spent) -> Self {
        Refused::Spent(spent)
    }
}

impl Refused {
    /// JSONata's code where it has one, and ours.
    pub(super) fn code(self) -> &'static str {
        match self {
            Refused::Spent(Spent::Units | Spent::Time) => "D1012",
            Refused::Spent(Spent::Bytes) => "U1004",
            Refused::Spent(Spent::Nesting) => "U1001",
            Refused::Busy => "U1005",
        }
    }
}

/// Runs what takes long where no other request waits for it. On a runtime with one thread there is no such place.
fn off_thread<T>(run: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(run),
        _ => run(),
    }
}

/// The turns of large evaluations: as many run at a time as there are cores, and some wait.
pub(super) struct Turns {
    queue: Mutex<Queue>,
    ended: Condvar,
    /// How many wait at most.
    room: usize,
}

struct Queue {
    running: usize,
    waiting: usize,
}

static TURNS: Turns = Turns::new(MAX_WAITING);

impl Turns {
    pub(super) const fn new(room: usize) -> Turns {
        Turns { queue: Mutex::new(Queue { running: 0, waiting: 0 }), ended: Condvar::new(), room }
    }

    /// Waits until fewer than `cores` evaluations run. It is refused where too many wait, and at `deadline`.
    pub(super) fn wait(&self, cores: usize, deadline: Instant) -> Result<Turn<'_>, Refused> {
        let mut queue = self.queue();
        if queue.running >= cores {
            if queue.waiting >= self.room {
                return Err(Refused::Busy);
            }
            queue.waiting += 1;
            while queue.running >= cores {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    queue.waiting -= 1;
                    return Err(Refused::Busy);
                }
                queue = self.ended.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            queue.waiting -= 1;
        }
        queue.running += 1;
        Ok(Turn(self))
    }

    /// How many evaluations wait.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.queue().waiting
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A large evaluation may run until this is dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.queue().running -= 1;
        self.0.ended.notify_one();
    }
}
