//! The time and the random numbers that steps see, where a test fixes them.

use std::time::SystemTime;

use fastrand::Rng;
use time::OffsetDateTime;

/// The values that a test fixes. What is not fixed is real.
///
/// Deadlines, rate limits, the age of stored responses and the signatures of calls use the real time in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The time.
    pub at: Option<SystemTime>,
    /// The seed of random numbers. Every step, expression and script starts from it.
    pub random: Option<u32>,
}

impl Fixed {
    /// The time.
    pub fn now(&self) -> SystemTime {
        self.at.unwrap_or_else(SystemTime::now)
    }

    /// The time as a date.
    pub fn now_utc(&self) -> OffsetDateTime {
        self.at.map_or_else(OffsetDateTime::now_utc, OffsetDateTime::from)
    }

    /// Random numbers, which are no secrets.
    pub fn generator(&self) -> Rng {
        self.random.map_or_else(Rng::new, |seed| Rng::with_seed(seed.into()))
    }

    /// Milliseconds since 1970, where the time is fixed.
    pub fn fixed_millis(&self) -> Option<i64> {
        let since = self.at?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    }
}
