//! Traces: one span per request and one per step, sent to a collector by OTLP over HTTP in JSON.
//!
//! A request that is not traced costs a random number. One that is notes its steps in a
//! [`SpanRecorder`](crate::runtime::SpanRecorder) and hands everything over when it ends: to a bounded queue, whose other end a task
//! sends in batches. A collector that does not read costs spans, which are counted, and never a request.

mod export;
mod otlp;
mod parent;
mod shared;
mod trace;
mod whole;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::{mpsc, oneshot};

use super::Metrics;
use crate::http_client::HttpClient;
use crate::settings::{Share, Traces};
use export::Exporter;
use parent::Parent;
use shared::Shared;

pub use export::TracesError;
pub use trace::{Arrival, Departure, Trace};

/// Requests that may wait to be sent.
const QUEUE: usize = 2048;

/// Decides which requests are traced, and leads to the collector. Cloning shares it; what waits is sent when the last clone
/// is gone.
#[derive(Clone)]
pub struct Tracer(Arc<Shared>);

// === impl Tracer ===

impl Tracer {
    /// Starts the task that sends; `None` where the settings name no collector.
    pub fn start(settings: &Traces, client: HttpClient, metrics: Arc<Metrics>) -> Result<Option<Self>, TracesError> {
        let Some(exporter) = Exporter::new(settings, client, metrics.clone())? else { return Ok(None) };
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (flush, flushes) = mpsc::channel(1);
        tokio::spawn(exporter.run(waiting, flushes));
        let (sample, follow) = (settings.sample, settings.follow);
        Ok(Some(Tracer(Arc::new(Shared { sample, follow, metrics, queue, flush }))))
    }

    /// The trace of a request, where it is one of those that are traced.
    pub fn begin<'a>(&self, headers: &HeaderMap, arrival: impl FnOnce() -> Arrival<'a>) -> Option<Arc<Trace>> {
        let Shared { sample, follow, .. } = *self.0;
        let followed = if follow { Parent::of(headers) } else { None };
        let traced = match followed {
            Some(parent) => parent.sampled,
            None => sample == Share::ALL || fastrand::u32(..Share::ALL.millionths()) < sample.millionths(),
        };
        traced.then(|| Trace::begin(self.0.clone(), followed.or_else(|| Parent::of(headers)), follow, &arrival()))
    }

    /// Waits, at most this long, until everything handed over so far has been sent. False when it was not.
    pub async fn flush(&self, patience: Duration) -> bool {
        let (done, sent) = oneshot::channel();
        let flush = async { self.0.flush.send(done).await.is_ok() && sent.await.is_ok() };
        tokio::time::timeout(patience, flush).await.unwrap_or(false)
    }
}

impl fmt::Debug for Tracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tracer")
    }
}
