//! How durations and statuses are counted, of requests and of calls alike.

use http::StatusCode;

/// Upper bounds of the histograms of durations, in seconds.
pub const DURATIONS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The classes under which statuses are counted.
pub const STATUSES: [&str; 6] = ["other", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// The place of a status among [`STATUSES`].
pub fn status_class(status: StatusCode) -> usize {
    let hundreds = usize::from(status.as_u16() / 100);
    if hundreds < STATUSES.len() { hundreds } else { 0 }
}
