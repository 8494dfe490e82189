//! The counters of rate limits. They survive a reload; a store that several gateways share can take the place of this process's
//! memory.

mod memory;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use prometheus_client::metrics::{self, gauge::Gauge};

use super::cache::Key;

pub use memory::Memory;

/// A store of counters.
pub trait Counters: fmt::Debug + Send + Sync {
    /// Changes one counter, or looks at it.
    fn change(&self, change: &Change) -> Counting;
    /// The store's own metrics.
    fn metrics(&self) -> &CounterMetrics;
}

/// The metrics of a store.
#[derive(Debug, Default)]
pub struct CounterMetrics {
    /// Counters that are held.
    pub held: Gauge,
    /// Requests for whose counter there was no room.
    pub refused: metrics::counter::Counter,
}

/// The answer of a store: at once, or after waiting.
pub enum Counting {
    Ready(Count),
    Wait(Pin<Box<dyn Future<Output = Result<Count, Unreachable>> + Send>>),
}

/// A change of a counter.
#[derive(Debug, Clone)]
pub struct Change {
    /// The limit whose counter it is. Each has room of its own.
    pub limit: Key,
    /// The counter: a digest, so that nothing of a client is in a store.
    pub key: Key,
    pub operation: Operation,
    /// How much.
    pub weight: u64,
    /// How much there may be in one window.
    pub most: u64,
    /// A count beyond the limit is not made.
    pub hard: bool,
    /// From the first count to the next beginning; `None` goes on until it is taken back.
    pub window: Option<Duration>,
}

/// The kind of change of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Count, unless a hard limit is in the way.
    Consume,
    /// Take back.
    Replenish,
    /// Only look whether it would go.
    Check,
    /// Count, whatever the limit says.
    Update,
}

/// A counter after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// It was more than there may be.
    pub exceeded: bool,
    /// The limit counts as many keys as it may, and this is a new one: it was not counted.
    pub no_room: bool,
    pub remaining: u64,
    /// Until the window begins anew.
    pub reset: Duration,
}

/// The store does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store of the counters does not answer")]
pub struct Unreachable;
