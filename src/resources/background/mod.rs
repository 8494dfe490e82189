//! Calls that run in the background of the requests that asked for them: a bounded queue, and a bounded number at work.

mod counters;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::settings;
use crate::value::panic_message;

pub use counters::BackgroundCounters;

/// The calls of a process that no request waits for.
#[derive(Default)]
pub struct Background {
    state: Mutex<QueueState>,
    counters: BackgroundCounters,
    /// Told whenever nothing is left to do.
    idle: Notify,
}

/// There is no room for another call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no more calls may wait in the background")]
pub struct Full;

#[derive(Default)]
struct QueueState {
    bounds: settings::Background,
    waiting: VecDeque<Job>,
    /// Of all jobs that wait.
    bytes: usize,
    running: usize,
    closed: bool,
}

struct Job {
    bytes: usize,
    work: BoxFuture<'static, Success>,
}

/// Whether a call did what it should.
pub type Success = bool;

impl Background {
    /// Takes over new bounds. What waits already stays.
    pub fn resize(&self, bounds: &settings::Background) {
        self.lock().bounds = *bounds;
    }

    /// Starts the work, or lets it wait for its turn. `bytes` is what it holds while it waits.
    ///
    /// Must be called inside of the runtime.
    pub fn submit(
        self: &Arc<Self>,
        bytes: usize,
        work: impl Future<Output = Success> + Send + 'static,
    ) -> Result<(), Full> {
        let mut state = self.lock();
        let job = Job { bytes, work: work.boxed() };
        if state.running < state.bounds.calls && !state.closed {
            state.running += 1;
            self.counters.running.inc();
            drop(state);
            tokio::spawn(self.clone().work(job));
            return Ok(());
        }
        let has_room = state.waiting.len() < state.bounds.queue && state.bytes + bytes <= state.bounds.bytes;
        if !has_room || state.closed {
            self.counters.refused.inc();
            return Err(Full);
        }
        state.bytes += bytes;
        state.waiting.push_back(job);
        self.counters.waiting.inc();
        Ok(())
    }

    /// Does one job after the other until none waits. A job that panics costs itself only.
    async fn work(self: Arc<Self>, first: Job) {
        let mut next = Some(first);
        while let Some(job) = next {
            match AssertUnwindSafe(job.work).catch_unwind().await {
                Ok(true) => self.counters.succeeded.inc(),
                Ok(false) => self.counters.failed.inc(),
                Err(panic) => {
                    let cause = panic_message(&*panic);
                    tracing::error!(cause, "a call in the background panicked: this is a defect in Gantry");
                    self.counters.failed.inc()
                }
            };
            next = self.next();
        }
    }

    /// The job whose turn it is. Without one, a worker has left.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        let job = if state.running <= state.bounds.calls { state.waiting.pop_front() } else { None };
        match &job {
            Some(job) => {
                state.bytes -= job.bytes;
                self.counters.waiting.dec();
            }
            None => {
                state.running -= 1;
                self.counters.running.dec();
                if state.left() == 0 {
                    self.idle.notify_waiters();
                }
            }
        }
        job
    }

    /// Waits until nothing runs and nothing waits.
    pub async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            tokio::pin!(idle);
            idle.as_mut().enable();
            if self.lock().left() == 0 {
                return;
            }
            idle.await;
        }
    }

    /// Lets nothing new start; says how many calls are not done. Those that wait are failures.
    pub fn close(&self) -> usize {
        let mut state = self.lock();
        state.closed = true;
        let left = state.left();
        self.counters.failed.inc_by(state.waiting.len() as u64);
        self.counters.waiting.set(0);
        state.bytes = 0;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
        left
    }

    /// The counters of the queue.
    pub fn counters(&self) -> &BackgroundCounters {
        &self.counters
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueState {
    fn left(&self) -> usize {
        self.running + self.waiting.len()
    }
}
