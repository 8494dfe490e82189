//! The output of Gantry while it runs: logs on stderr, one access line per request on stdout, metrics, and traces for a collector.
//!
//! Nothing here waits for a reader: a consumer that does not read costs lines or spans, never requests.

mod access_line;
mod access_log;
mod log_line;
mod logs;
mod meter;
mod metrics;
mod process;
mod prometheus;
mod records;
mod requests;
mod stderr;
mod traces;

pub use access_line::{AccessLines, AccessRecord};
pub use access_log::{AccessForm, AccessLog};
pub use logs::{LogError, Logs};
pub use metrics::{Break, Listener, Metrics, OPEN_METRICS, Refusal, ReloadOutcome};
pub use prometheus::{PROMETHEUS_TEXT, prometheus_text};
pub use records::{Beginning, End, OpenRecord, Records, TRACE_KEY};
pub use requests::RequestEnd;
pub use stderr::Stderr;
pub use traces::{Arrival, Departure, Trace, Tracer, TracesError};
