//! Counters of the cache, for metrics.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

/// Cloning shares the counts.
#[derive(Debug, Clone, Default)]
pub struct CacheCounters {
    /// Calls that a stored response answered.
    pub hits: Counter,
    /// Calls that could have been answered from the cache and were not.
    pub misses: Counter,
    /// Calls that the service answered with "what you have is still good".
    pub revalidated: Counter,
    /// Responses that were stored.
    pub stored: Counter,
    /// Responses that were not stored because they are too large, or because too many are on their way at once.
    pub too_large: Counter,
    /// Stored responses that had to make room.
    pub evicted: Counter,
    /// Bytes that are stored.
    pub bytes: Gauge,
    /// Responses that are stored.
    pub entries: Gauge,
}
