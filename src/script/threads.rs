//! The threads of an engine: how they start, and how those that hang are replaced.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

use super::failure::{Failure, Reason};
use super::host::Chatter;
use super::queue::Queue;
use super::worker::Worker;
use super::{Limits, StuckThreads};
use crate::base::cores;

/// Starts a thread; tests have one that fails.
pub(super) type Start = fn(Builder, Box<dyn FnOnce() + Send>) -> io::Result<()>;

/// The threads of an engine.
pub(super) struct Threads {
    pub queue: Arc<Queue>,
    limits: Limits,
    chatter: Arc<Chatter>,
    stuck: Arc<StuckThreads>,
    start: Start,
    is_watched: AtomicBool,
}

impl Threads {
    pub(super) fn new(limits: Limits, stuck: Arc<StuckThreads>, start: Start) -> Self {
        let (queue, chatter) = (Arc::new(Queue::new(cores())), Arc::default());
        Threads { queue, limits, chatter, stuck, start, is_watched: AtomicBool::new(false) }
    }

    /// Starts the threads that are missing. Called before each script, as one that could not be started before may be by now.
    pub(super) fn ensure(self: &Arc<Self>) {
        if !self.is_watched.swap(true, Ordering::Relaxed) {
            let own = self.clone();
            let named = Builder::new().name("script-watch".to_owned()).stack_size(1 << 20);
            if let Err(error) = (self.start)(named, Box::new(move || own.watch())) {
                self.is_watched.store(false, Ordering::Relaxed);
                tracing::error!(%error, "the thread that looks for scripts that hang could not be started");
            }
        }
        if !self.stuck.is_full() {
            self.queue.missing().into_iter().for_each(|place| self.spawn(place));
        }
    }

    /// Replaces threads that hang, for as long as there are any.
    fn watch(self: Arc<Self>) {
        while let Some((thread, generation)) = self.queue.hanging(&self.stuck) {
            tracing::error!(thread, "a script hangs inside the engine and cannot be stopped; its thread is given up");
            match self.stuck.is_full() {
                true => self.leave(thread, || self.stuck.refusal()),
                false => self.spawn((thread, generation)),
            }
        }
    }

    fn spawn(&self, place: (usize, u64)) {
        let (queue, chatter, stuck) = (self.queue.clone(), self.chatter.clone(), self.stuck.clone());
        let worker = Worker::new(queue, place, self.limits, chatter, stuck);
        let named = Builder::new().name(format!("script-{}", place.0)).stack_size(4 << 20);
        if let Err(error) = (self.start)(named, Box::new(move || worker.work())) {
            tracing::error!(%error, "a thread for scripts could not be started");
            self.leave(place.0, no_thread);
        }
    }

    /// Leaves the place of a thread empty. Where it was the last one, what waits for a thread is refused.
    fn leave(&self, thread: usize, why: impl Fn() -> Failure) {
        self.queue.leave(thread).into_iter().for_each(|job| job.refuse(why()));
    }

    /// The failure of a script that found no thread.
    pub(super) fn no_thread(&self) -> Failure {
        if self.stuck.is_full() { self.stuck.refusal() } else { no_thread() }
    }
}

fn no_thread() -> Failure {
    Failure::of(Reason::Refused, "no thread for scripts could be started")
}

/// How threads start outside of tests.
pub(super) fn start(builder: Builder, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    builder.spawn(work).map(drop)
}
