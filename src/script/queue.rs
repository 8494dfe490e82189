//! What the threads of the engine wait for.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::Script;
use super::failure::Failure;
use crate::runtime::{Context, Fault};

/// The number of a run.
pub(super) type RunId = u64;

/// A run that has not begun: everything it takes to a thread.
pub(super) struct Job {
    pub id: RunId,
    pub script: Arc<Script>,
    pub cx: Context,
    pub reactor: Handle,
    /// Set when nobody waits for the answer any more.
    pub stopped: Arc<AtomicBool>,
    pub reply: oneshot::Sender<Done>,
}

/// A run that is over.
pub(super) struct Done {
    pub cx: Context,
    pub end: End,
}

/// How a run ended.
pub(super) enum End {
    /// What a condition says; a step says true.
    Holds(bool),
    /// The script refused, in words of its own.
    Rejected(Fault),
    Failed(Failure),
}

/// How an operation ended.
pub(super) enum Outcome {
    Timer,
    Failed {
        code: u16,
        message: String,
    },
    /// `headers` is JSON.
    Response {
        status: u16,
        reason: String,
        headers: Vec<u8>,
        body: Bytes,
    },
}

/// What is sent to a thread that a run waits on.
pub(super) enum Mail {
    /// A call has its answer, or a timer has rung.
    Outcome { run: RunId, operation: u32, outcome: Outcome },
    /// Nobody waits for the run any more.
    Stop { run: RunId },
}

/// What a thread does next.
pub(super) enum Task {
    Start(Box<Job>),
    Mail(Mail),
    /// There is nothing to do and the thread has nothing prepared.
    Idle,
    End,
}

/// The work of all threads.
pub(super) struct Queue {
    inner: Mutex<Inner>,
    wake: Condvar,
    next: AtomicU64,
}

struct Inner {
    starts: VecDeque<Box<Job>>,
    /// One box for each thread.
    mail: Vec<VecDeque<Mail>>,
    /// Grows when a thread is replaced; the old one ends when it looks.
    generations: Vec<u64>,
    /// On which thread a run is.
    on: HashMap<RunId, usize>,
    closed: bool,
}

impl Queue {
    pub(super) fn new(threads: usize) -> Self {
        let inner = Inner {
            starts: VecDeque::new(),
            mail: (0..threads).map(|_| VecDeque::new()).collect(),
            generations: vec![0; threads],
            on: HashMap::new(),
            closed: false,
        };
        Queue { inner: Mutex::new(inner), wake: Condvar::new(), next: AtomicU64::new(0) }
    }

    pub(super) fn next_id(&self) -> RunId {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn start(&self, job: Box<Job>) {
        self.lock().starts.push_back(job);
        self.wake.notify_one();
    }

    /// Waits for something to do on a thread. `prepared` is whether it has a realm ready for the next run.
    pub(super) fn next(&self, thread: usize, generation: u64, prepared: bool) -> Task {
        let mut inner = self.lock();
        loop {
            if inner.closed || inner.generations[thread] != generation {
                return Task::End;
            }
            if let Some(mail) = inner.mail[thread].pop_front() {
                return Task::Mail(mail);
            }
            if let Some(job) = inner.starts.pop_front() {
                inner.on.insert(job.id, thread);
                return Task::Start(job);
            }
            if !prepared {
                return Task::Idle;
            }
            inner = self.wake.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An operation of a run is over.
    pub(super) fn deliver(&self, run: RunId, operation: u32, outcome: Outcome) {
        self.post(run, Mail::Outcome { run, operation, outcome });
    }

    fn post(&self, run: RunId, mail: Mail) {
        let mut inner = self.lock();
        if let Some(thread) = inner.on.get(&run).copied() {
            inner.mail[thread].push_back(mail);
            drop(inner);
            self.wake.notify_all();
        }
    }

    /// Takes back a run that no thread has begun; one that has begun is told to stop.
    pub(super) fn stop(&self, run: RunId) -> Option<Box<Job>> {
        let mut inner = self.lock();
        if let Some(at) = inner.starts.iter().position(|job| job.id == run) {
            return inner.starts.remove(at);
        }
        drop(inner);
        self.post(run, Mail::Stop { run });
        None
    }

    pub(super) fn finished(&self, run: RunId) {
        self.lock().on.remove(&run);
    }

    /// Gives up the thread that a run hangs on; answers with the number and the generation of its successor.
    pub(super) fn give_up(&self, run: RunId) -> Option<(usize, u64)> {
        let mut inner = self.lock();
        let thread = inner.on.get(&run).copied()?;
        inner.on.retain(|_, on| *on != thread);
        inner.mail[thread].clear();
        inner.generations[thread] += 1;
        Some((thread, inner.generations[thread]))
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
