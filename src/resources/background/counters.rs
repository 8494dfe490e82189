//! The outcomes of calls in the background, for metrics.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

/// Counters and gauges; cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct BackgroundCounters {
    pub succeeded: Counter,
    /// The call failed, or was cut by the end of the process.
    pub failed: Counter,
    /// There was no room, and no call was made.
    pub refused: Counter,
    pub running: Gauge,
    pub waiting: Gauge,
}
