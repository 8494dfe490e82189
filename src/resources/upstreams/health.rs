//! Whether a target may be called, as calls and checks have shown. Times are milliseconds of one clock.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::settings::Eject;

/// Whether a target may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    InUse,
    /// It was ejected, and one call may find out whether it is well.
    Due,
    Out,
}

/// What is known of a target.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Calls that have failed one after the other.
    failures: AtomicU32,
    /// When an ejected target is due. 0: it is not ejected.
    until: AtomicU64,
    /// A call finds out whether it is well.
    is_tried: AtomicBool,
    /// How many ejections followed each other.
    in_a_row: AtomicU32,
    /// When the last ejection ended.
    back_at: AtomicU64,
    /// Its checks fail.
    fails_checks: AtomicBool,
}

impl Health {
    pub(super) fn fails_checks(&self) -> bool {
        self.fails_checks.load(Ordering::Relaxed)
    }

    /// Says whether this is news.
    pub(super) fn set_fails_checks(&self, fails: bool) -> bool {
        self.fails_checks.swap(fails, Ordering::Relaxed) != fails
    }

    pub(super) fn is_ejected(&self) -> bool {
        self.until.load(Ordering::Acquire) != 0
    }

    /// Its place as far as ejections go.
    pub(super) fn standing(&self, now: impl FnOnce() -> u64) -> Standing {
        match self.until.load(Ordering::Acquire) {
            0 => Standing::InUse,
            until if until > now() || self.is_tried.load(Ordering::Relaxed) => Standing::Out,
            _ => Standing::Due,
        }
    }

    /// Lets the caller find out whether a target that is due is well. There is one such call at a time.
    pub(super) fn begin_trial(&self) -> bool {
        !self.is_tried.swap(true, Ordering::AcqRel)
    }

    pub(super) fn end_trial(&self) {
        self.is_tried.store(false, Ordering::Release);
    }

    /// A call that was no trial has succeeded.
    pub(super) fn succeeded(&self) {
        // Read first: most targets never fail, and a write would take the line from other cores.
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
    }

    /// A trial has succeeded: the target is in use again.
    pub(super) fn come_back(&self, now: u64) {
        self.failures.store(0, Ordering::Relaxed);
        self.back_at.store(now, Ordering::Relaxed);
        self.until.store(0, Ordering::Release);
    }

    /// A call has failed; says how many have in a row.
    pub(super) fn failed(&self) -> u32 {
        self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// Leaves the target out; says for how long. The caller sees to it that there is one caller at a time.
    pub(super) fn eject(&self, rules: &Eject, now: u64) -> Duration {
        let rested = now.saturating_sub(self.back_at.load(Ordering::Relaxed)) > millis(rules.longest.0);
        let in_a_row = match self.in_a_row.load(Ordering::Relaxed) {
            _ if !self.is_ejected() && rested => 1,
            before => before.saturating_add(1),
        };
        self.in_a_row.store(in_a_row, Ordering::Relaxed);
        let time = rules.r#for.0.saturating_mul(in_a_row).min(rules.longest.0);
        self.failures.store(0, Ordering::Relaxed);
        self.until.store(now.saturating_add(millis(time)).max(1), Ordering::Release);
        time
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Seconds;

    fn rules() -> Eject {
        Eject { r#for: Seconds::new(10), longest: Seconds::new(25), ..Eject::default() }
    }

    #[test]
    fn an_ejected_target_is_tried_by_one_call_and_comes_back() {
        let (health, rules) = (Health::default(), rules());
        assert_eq!(health.standing(|| 1_000_000), Standing::InUse);
        assert_eq!(health.eject(&rules, 1_000_000), Duration::from_secs(10));
        assert_eq!(health.standing(|| 1_009_999), Standing::Out);
        assert_eq!(health.standing(|| 1_010_000), Standing::Due);
        assert!(health.begin_trial() && !health.begin_trial());
        assert_eq!(health.standing(|| 1_010_000), Standing::Out);
        health.come_back(1_010_000);
        health.end_trial();
        assert_eq!(health.standing(|| 1_010_000), Standing::InUse);
    }

    #[test]
    fn every_ejection_in_a_row_is_longer_up_to_the_longest() {
        let (health, rules) = (Health::default(), rules());
        let seconds = |now| health.eject(&rules, now).as_secs();
        // The second and the third are failed trials; the fourth follows soon after the target came back.
        assert_eq!([seconds(1_000_000), seconds(1_010_000), seconds(1_030_000)], [10, 20, 25]);
        health.come_back(1_055_000);
        assert_eq!(health.eject(&rules, 1_060_000).as_secs(), 25);
        health.come_back(1_085_000);
        assert_eq!(health.eject(&rules, 1_200_000).as_secs(), 10, "it had been in use for long");
    }
}
