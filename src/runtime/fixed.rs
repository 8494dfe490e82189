//! The time and the random numbers that steps see, where a test fixes them.

use std::time::SystemTime;

use time::OffsetDateTime;

/// The values that a test fixes. What is not fixed is real.
///
/// Deadlines, rate limits, the age of stored responses and the signatures of calls use the real time in any case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The time.
    pub at: Option<SystemTime>,
    /// The number that random numbers start from.
    pub random: Option<u64>,
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
}
