//! What Gantry says about itself while it runs: logs on stderr, one access line per request on stdout, and metrics.
//!
//! Nothing here waits for a reader: a log consumer that stands still costs lines, never requests.

mod access_log;
mod logs;
mod meter;
mod metrics;

pub use access_log::{AccessForm, AccessLog, AccessRecord};
pub use logs::{LogError, init};
pub use metrics::{Break, Listener, Metrics, OPEN_METRICS, Refusal, ReloadOutcome, RequestEnd};
