//! The parts that all traces share: the selection of traced requests, and the queue of the task that sends.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::whole::Whole;
use crate::settings::Share;
use crate::telemetry::Metrics;

/// The way to the task that sends, and which requests go there.
pub(super) struct Shared {
    pub(super) sample: Share,
    pub(super) follow: bool,
    pub(super) metrics: Arc<Metrics>,
    pub(super) queue: mpsc::Sender<Box<Whole>>,
    /// Asks for everything to be sent now.
    pub(super) flush: mpsc::Sender<oneshot::Sender<()>>,
}

impl Shared {
    /// Hands a request to the task that sends, or counts its spans as dropped.
    pub(super) fn hand_over(&self, whole: Box<Whole>) {
        let spans = whole.spans();
        if self.queue.try_send(whole).is_err() {
            self.metrics.trace_spans_dropped(spans);
        }
    }
}
