//! HTTP/2 streams: each runs in a task of its own, which ends it when its client takes nothing of the response.
//!
//! hyper asks for the next frame of a body only once the client's window has room for it, so a body cannot see that its
//! client has closed the window. The task that hyper hands to the executor can.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, ready};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::time::{Instant, sleep_until};

use crate::settings::ServerLimits;
use crate::telemetry::{Metrics, Refusal};

tokio::task_local! {
    /// The response of the stream whose task runs.
    static RESPONSE: Arc<Progress>;
}

/// Runs streams, each under the limits of a response.
#[derive(Clone)]
pub(super) struct Streams {
    /// How long a client may take nothing.
    idle: Duration,
    /// How long a response may take from its head to its end.
    total: Duration,
    metrics: Arc<Metrics>,
}

/// How a response gets on.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// When the response's head was ready.
    began: Option<Instant>,
    /// When the client last took a frame; `None` while there is none to take.
    taken: Option<Instant>,
}

impl Streams {
    pub(super) fn new(limits: &ServerLimits, metrics: Arc<Metrics>) -> Self {
        Streams { idle: limits.idle_timeout.0, total: limits.response_timeout.0, metrics }
    }

    /// Runs a stream to its end, or until its response takes too long. Dropping it resets the stream.
    async fn run(self, stream: impl Future) {
        let progress = Arc::new(Progress::default());
        let mut stream = pin!(RESPONSE.scope(progress.clone(), stream));
        let mut alarm = pin!(sleep_until(Instant::now()));
        poll_fn(|cx| {
            if stream.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            // Until there is a response, the deadlines of its request count.
            let Some(due) = progress.due(self.idle, self.total) else { return Poll::Pending };
            if alarm.deadline() != due {
                alarm.as_mut().reset(due);
            }
            ready!(alarm.as_mut().poll(cx));
            self.metrics.refused(Refusal::SlowReader);
            Poll::Ready(())
        })
        .await;
    }
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(self.clone().run(stream));
    }
}

impl Progress {
    /// That of the stream whose task runs; `None` with HTTP/1.
    pub(super) fn current() -> Option<Arc<Self>> {
        RESPONSE.try_with(Arc::clone).ok()
    }

    /// The response has begun, or its client has taken a frame.
    pub(super) fn taken(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.began.get_or_insert(now);
        state.taken = Some(now);
    }

    /// The client would take a frame, and there is none yet.
    pub(super) fn waits(&self) {
        self.state().taken = None;
    }

    fn due(&self, idle: Duration, total: Duration) -> Option<Instant> {
        let state = self.state();
        let end = state.began? + total;
        Some(state.taken.map_or(end, |taken| end.min(taken + idle)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
