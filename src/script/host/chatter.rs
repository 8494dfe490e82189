//! How many lines scripts may write into the log.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Lines that one run may write, and all of them together in a second.
pub(super) const PER_RUN: u32 = 50;

const PER_SECOND: u64 = 500;

/// Counts the lines of this second.
#[derive(Default)]
pub(in crate::script) struct Chatter {
    since: OnceLock<Instant>,
    /// The second in the upper half, the lines in it in the lower.
    window: AtomicU64,
}

impl Chatter {
    /// Whether one more line fits, and whether it is the last.
    pub(super) fn admits(&self) -> (bool, bool) {
        let second = self.since.get_or_init(Instant::now).elapsed().as_secs();
        let next = |seen: u64| if seen >> 32 == second { seen + 1 } else { second << 32 | 1 };
        let seen = self.window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seen| Some(next(seen)));
        let lines = next(seen.unwrap_or_default()) & u64::from(u32::MAX);
        (lines <= PER_SECOND, lines == PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_an_end() {
        let chatter = Chatter::default();
        let admitted = (0..PER_SECOND * 3).filter(|_| chatter.admits().0).count() as u64;
        // The loop may run over the border of a second.
        assert!((PER_SECOND..PER_SECOND * 3).contains(&admitted), "{admitted}");
    }
}
