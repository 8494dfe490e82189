//! What would be said again and again is said once a minute.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Limits how often something is logged.
#[derive(Debug)]
pub struct Seldom(Mutex<Said>);

#[derive(Debug)]
struct Said {
    last: Option<Instant>,
    since: u64,
}

impl Seldom {
    pub const fn new() -> Self {
        Seldom(Mutex::new(Said { last: None, since: 0 }))
    }

    /// Whether to say it now, and how many times it was not said since the last time.
    pub fn now(&self) -> Option<u64> {
        self.at(Instant::now())
    }

    fn at(&self, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.last.is_some_and(|last| now.duration_since(last) < MINUTE) {
            said.since += 1;
            return None;
        }
        said.last = Some(now);
        Some(std::mem::take(&mut said.since))
    }
}

impl Default for Seldom {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_minute_with_the_count_of_the_others() {
        let (seldom, start) = (Seldom::new(), Instant::now());
        let said = [0, 1, 59, 60, 61, 200].map(|second| seldom.at(start + Duration::from_secs(second)));
        assert_eq!(said, [Some(0), None, None, Some(2), None, Some(1)]);
    }
}
