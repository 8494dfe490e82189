//! The budget of a validation, and the meter that counts it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Schemas inside each other, at one place and further down, that are looked at. Each takes a part of the thread's stack.
const DEPTH: usize = 800;

/// Steps between two looks at the clock: some microseconds.
const STEPS_PER_LOOK: u64 = 2_000;

/// The budget of a validation. A step is a rule that is applied, an item or member that is visited, or some bytes of text.
#[derive(Debug, Clone)]
pub struct Budget {
    pub steps: u64,
    /// When it ends, whatever it has done until then.
    pub deadline: Option<Instant>,
    /// Set from outside, ends it too.
    pub cancelled: Option<Arc<AtomicBool>>,
    /// Whether a value that is not valid may be reported without all that is wrong with it, where that takes more steps.
    pub may_be_vague: bool,
}

/// Why a validation came to no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooCostly {
    /// It took more steps than these.
    Steps(u64),
    /// More schemas apply inside each other than these.
    Depth(usize),
    /// The time is over.
    Time,
}

impl Budget {
    /// Steps without any other limit.
    pub fn steps(steps: u64) -> Self {
        Budget { steps, deadline: None, cancelled: None, may_be_vague: false }
    }
}

impl fmt::Display for TooCostly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TooCostly::Steps(steps) => write!(f, "takes more than {steps} steps to validate"),
            TooCostly::Depth(depth) => write!(f, "needs more than {depth} schemas inside each other"),
            TooCostly::Time => f.write_str("takes longer to validate than the request may last"),
        }
    }
}

/// Counts what a validation costs, and what is done before and after it.
#[derive(Debug)]
pub struct Meter {
    budget: Budget,
    spent: u64,
    next_look: u64,
    depth: usize,
}

impl Meter {
    pub fn new(budget: Budget) -> Self {
        Meter { budget, spent: 0, next_look: STEPS_PER_LOOK, depth: 0 }
    }

    pub(super) fn spent(&self) -> u64 {
        self.spent
    }

    pub(super) fn may_be_vague(&self) -> bool {
        self.budget.may_be_vague
    }

    /// Counts work before it is done.
    #[inline]
    pub fn charge(&mut self, steps: u64) -> Result<(), TooCostly> {
        self.spent = self.spent.saturating_add(steps);
        if self.spent < self.next_look.min(self.budget.steps) { Ok(()) } else { self.look() }
    }

    /// Counts work by its size in items, members or bytes.
    #[inline]
    pub(super) fn charge_size(&mut self, size: usize, per_step: usize) -> Result<(), TooCostly> {
        self.charge(1 + (size / per_step) as u64)
    }

    /// Looks at the clock: before and after what takes long and cannot be interrupted.
    #[cold]
    pub(super) fn look(&mut self) -> Result<(), TooCostly> {
        self.next_look = self.spent.saturating_add(STEPS_PER_LOOK);
        if self.spent > self.budget.steps {
            return Err(TooCostly::Steps(self.budget.steps));
        }
        let cancelled = self.budget.cancelled.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed));
        if cancelled || self.budget.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(TooCostly::Time);
        }
        Ok(())
    }

    /// One schema deeper.
    #[inline]
    pub(super) fn descend(&mut self) -> Result<(), TooCostly> {
        if self.depth >= DEPTH {
            return Err(TooCostly::Depth(DEPTH));
        }
        self.depth += 1;
        Ok(())
    }

    #[inline]
    pub(super) fn ascend(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}
