//! How many calls may be made again: a share of the calls of the last ten seconds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::settings::Share;

/// The seconds that count.
const WINDOW: u64 = 10;

/// Retries that are allowed within the window however few calls there are.
const LEAST: u64 = 10;

/// The bits of a count of one second, and the largest one.
const BITS: u32 = 20;
const MASK: u64 = (1 << BITS) - 1;

/// The seconds that there are numbers for; then they begin anew.
const SECONDS: u64 = 1 << (64 - 2 * BITS);

/// Counts calls and retries, second by second.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// One for each second of the window: the second, the calls and the retries, in one number so that a call is counted by one write.
    seconds: [AtomicU64; WINDOW as usize],
    /// Retries take their turn, so that two of them do not share the last one that is allowed.
    turn: Mutex<()>,
}

impl Budget {
    /// Counts a call; `now` is in milliseconds.
    pub(super) fn call(&self, now: u64) {
        self.add(now / 1000 % SECONDS, 1 << BITS, MASK << BITS);
    }

    /// Counts a retry, if another one is allowed.
    pub(super) fn retry(&self, now: u64, share: Share) -> bool {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let second = now / 1000 % SECONDS;
        let (mut calls, mut retries) = (0, 0);
        for counted in &self.seconds {
            let counted = counted.load(Ordering::Relaxed);
            if (second + SECONDS - (counted >> (2 * BITS))) % SECONDS < WINDOW {
                calls += counted >> BITS & MASK;
                retries += counted & MASK;
            }
        }
        let allowed = (calls * u64::from(share.millionths()) / 1_000_000).max(LEAST);
        if share == Share::NONE || retries >= allowed {
            return false;
        }
        self.add(second, 1, MASK);
        true
    }

    /// Adds to the count of a second; a count that is full stays as it is.
    fn add(&self, second: u64, one: u64, full: u64) {
        let stamp = second << (2 * BITS);
        let place = &self.seconds[(second % WINDOW) as usize];
        // The function always has a next value.
        let _ = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |counted| {
            let counted = if counted >> (2 * BITS) == second { counted } else { stamp };
            Some(if counted & full == full { counted } else { counted + one })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_calls_of_ten_seconds_is_made_again() {
        let budget = Budget::default();
        for call in 0..100 {
            budget.call(1_000_000 + call * 50);
        }
        let taken = |now| (0..1000).filter(|_| budget.retry(now, Share::FIFTH)).count();
        assert_eq!(taken(1_005_000), 20);
        assert_eq!(taken(1_009_000), 0, "the same window");
        // All calls, and all retries, are of another window now.
        assert_eq!(taken(1_016_000), 10);
        assert_eq!(taken(1_900_000), 10);
        // The numbers of seconds begin anew after half a year.
        let late = SECONDS * 1000 - 1000;
        (0..100).for_each(|_| budget.call(late));
        assert_eq!((taken(late + 3000), taken(late + 20_000)), (20, 10));
    }

    #[test]
    fn nothing_is_no_retry_at_all() {
        let budget = Budget::default();
        budget.call(0);
        assert!(!budget.retry(0, Share::NONE));
    }

    #[test]
    fn a_full_count_does_not_run_into_the_next_one() {
        let budget = Budget::default();
        for _ in 0..MASK + 10 {
            budget.call(5_000);
        }
        assert_eq!(budget.seconds[5].load(Ordering::Relaxed), 5 << (2 * BITS) | MASK << BITS);
    }
}
