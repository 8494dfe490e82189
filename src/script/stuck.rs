//! Threads that were given up because a script holds them inside a function of the engine.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

use super::failure::{Failure, Reason};
use crate::base::{LogThrottle, cores};

/// The threads of the process that were given up; all engines count here.
#[derive(Debug)]
pub struct StuckThreads {
    /// Those that still run.
    pub running: Gauge,
    pub given_up: Counter,
    most: i64,
    refused: LogThrottle,
}

impl Default for StuckThreads {
    fn default() -> Self {
        let most = (cores() * 2).max(6);
        StuckThreads {
            running: Gauge::default(),
            given_up: Counter::default(),
            most: i64::try_from(most).unwrap_or(i64::MAX),
            refused: LogThrottle::new(),
        }
    }
}

impl StuckThreads {
    /// Whether so many hold memory and time that no script starts any more.
    pub(super) fn is_full(&self) -> bool {
        self.running.get() >= self.most
    }

    pub(super) fn add(&self) {
        self.running.inc();
        self.given_up.inc();
    }

    /// A thread has come back from the function that held it.
    pub(super) fn remove(&self) {
        self.running.dec();
    }

    /// The failure of a script that is not started.
    pub(super) fn refusal(&self) -> Failure {
        let stuck = self.running.get();
        if let Some(more) = self.refused.now() {
            tracing::error!(stuck, more, "scripts are refused: too many threads are held inside the script engine");
        }
        Failure::of(Reason::Refused, format!("{stuck} threads are held inside the script engine"))
    }
}
