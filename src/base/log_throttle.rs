//! Limits a log line to once a minute.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Limits how often something is logged.
#[derive(Debug)]
pub struct LogThrottle(Mutex<State>);

#[derive(Debug)]
struct State {
    /// When the line was logged last.
    last: Option<Instant>,
    /// How many times it was not, since then.
    skipped: u64,
}

impl LogThrottle {
    pub const fn new() -> Self {
        LogThrottle(Mutex::new(State { last: None, skipped: 0 }))
    }

    /// Whether to log it now, and how many times it was not logged since the last time.
    pub fn now(&self) -> Option<u64> {
        self.at(Instant::now())
    }

    fn at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.is_some_and(|last| now.duration_since(last) < MINUTE) {
            state.skipped += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.skipped))
    }
}

impl Default for LogThrottle {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_minute_with_the_count_of_the_others() {
        let (seldom, start) = (LogThrottle::new(), Instant::now());
        let state = [0, 1, 59, 60, 61, 200].map(|second| seldom.at(start + Duration::from_secs(second)));
        assert_eq!(state, [Some(0), None, None, Some(2), None, Some(1)]);
    }
}
