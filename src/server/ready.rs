//! Whether this process wants traffic.

use std::sync::atomic::{AtomicBool, Ordering};

/// The reasons of `/readyz`. Starts as "not ready".
#[derive(Debug, Default)]
pub struct Readiness {
    loaded: AtomicBool,
    draining: AtomicBool,
}

impl Readiness {
    /// The first snapshot is there.
    pub fn loaded(&self) {
        self.loaded.store(true, Ordering::Release);
    }

    /// The process is on its way out. There is no way back.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Why no traffic should come; empty when it may.
    pub fn reasons(&self) -> Vec<&'static str> {
        let missing = !self.loaded.load(Ordering::Acquire);
        let draining = self.draining.load(Ordering::Acquire);
        let reasons =
            [(missing, "no APIs have been loaded yet"), (draining, "draining: this process is shutting down")];
        reasons.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
    }
}
