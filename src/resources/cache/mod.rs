//! Stored responses of services and functions: one cache for all APIs, which outlives reloads.
//!
//! [`Cache::look`] answers a call or hands out a [`Ticket`], which takes the service's answer and stores it while it streams.
//! The rules are RFC 9111's for a shared cache, or a time that the author gave ([`Rule`]). Everything is bounded, and what
//! was used longest ago makes room.

mod counters;
mod directives;
mod exchange;
mod freshness;
mod key;
mod store;
mod stored;
mod tee;

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::settings;
use store::Store;

pub use counters::CacheCounters;
pub use exchange::{CacheableCall, Found, Ticket, Validated, Validation};
pub use freshness::Rule;
pub use key::{Fingerprint, Key};
pub use store::Target;

/// The cache of a process.
pub struct Cache {
    store: Mutex<Store>,
    counters: CacheCounters,
    /// Bytes that are kept of responses whose end has not come; as many as may be stored.
    on_their_way: AtomicUsize,
    targets: RandomState,
    /// Seconds by which a test has moved the clock.
    ahead: AtomicU64,
}

impl Default for Cache {
    fn default() -> Self {
        let counters = CacheCounters::default();
        Cache {
            store: Mutex::new(Store::new(settings::Cache::default(), counters.clone())),
            counters,
            on_their_way: AtomicUsize::new(0),
            targets: RandomState::new(),
            ahead: AtomicU64::new(0),
        }
    }
}

impl Cache {
    /// The counters of the cache: its hits and its size.
    pub fn counters(&self) -> &CacheCounters {
        &self.counters
    }

    /// The name of what a call goes to.
    pub fn target<T: Hash + ?Sized>(&self, what: &T) -> Target {
        Target(self.targets.hash_one(what))
    }

    /// Drops what came from a target, because a call has changed it.
    pub fn invalidate(self: &Arc<Self>, target: Target) {
        self.store().invalidate(target);
    }

    /// Sets the bounds; what no longer fits goes.
    pub fn resize(&self, bounds: &settings::Cache) {
        self.store().resize(*bounds);
    }

    fn now(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    /// Lets time pass for what is stored.
    #[cfg(test)]
    pub(crate) fn pass(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("counters", &self.counters).finish_non_exhaustive()
    }
}
