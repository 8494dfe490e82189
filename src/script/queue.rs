//! The work that the threads of the engine wait for.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::answer::{Answer, Done, End, Line, Lost};
use super::failure::Failure;
use super::mail::{Mail, Outcome, RunId};
use super::slot::{Slot, Turn};
use super::{Script, StuckThreads};
use crate::runtime::Context;

/// How long a turn may go on after it should have ended; then its thread hangs in the engine.
const GRACE: Duration = Duration::from_millis(250);

/// How often the turns are looked at while there are any.
const LOOK: Duration = Duration::from_millis(50);

/// A run that has not begun: everything it takes to a thread.
pub(super) struct Job {
    pub id: RunId,
    pub script: Arc<Script>,
    pub cx: Context,
    pub reactor: Handle,
    pub line: Arc<Line>,
}

impl Job {
    /// Sends the state back without having begun.
    pub(super) fn refuse(self, failure: Failure) {
        self.line.send(Answer::Done(Box::new(Done { cx: self.cx, end: End::Failed(failure) })));
    }
}

/// The next task of a thread.
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
    /// Wakes the thread that looks for turns that do not end.
    watch: Condvar,
    next: AtomicU64,
}

struct Inner {
    starts: VecDeque<Box<Job>>,
    /// One for each thread.
    slots: Vec<Slot>,
    /// On which thread a run is, and its way back.
    on: HashMap<RunId, (usize, Arc<Line>)>,
    /// The watch waits for a turn to begin.
    unwatched: bool,
    closed: bool,
}

impl Queue {
    pub(super) fn new(threads: usize) -> Self {
        let inner = Inner {
            starts: VecDeque::new(),
            slots: (0..threads).map(|_| Slot::default()).collect(),
            on: HashMap::new(),
            unwatched: false,
            closed: false,
        };
        Queue { inner: Mutex::new(inner), wake: Condvar::new(), watch: Condvar::new(), next: AtomicU64::new(0) }
    }

    pub(super) fn next_id(&self) -> RunId {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Puts a run in line. Without any thread it comes back.
    pub(super) fn start(&self, job: Box<Job>) -> Result<(), Box<Job>> {
        let mut inner = self.lock();
        if !inner.slots.iter().any(|slot| slot.is_there) {
            return Err(job);
        }
        inner.starts.push_back(job);
        drop(inner);
        self.wake.notify_one();
        Ok(())
    }

    /// Waits for something to do on a thread. `prepared` is whether it has a realm ready for the next run.
    pub(super) fn next(&self, thread: usize, generation: u64, prepared: bool) -> Task {
        let mut inner = self.lock();
        loop {
            if inner.closed || inner.slots[thread].generation != generation {
                return Task::End;
            }
            if let Some(mail) = inner.slots[thread].mail.pop_front() {
                return Task::Mail(mail);
            }
            if let Some(job) = inner.starts.pop_front() {
                inner.on.insert(job.id, (thread, job.line.clone()));
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
        if let Some(thread) = inner.on.get(&run).map(|(thread, _)| *thread) {
            inner.slots[thread].mail.push_back(mail);
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

    /// Notes that a thread runs a script from now on, and by when it should have ended.
    pub(super) fn begin_turn(&self, thread: usize, generation: u64, run: RunId, left: Duration) {
        let mut inner = self.lock();
        let slot = &mut inner.slots[thread];
        if slot.generation == generation {
            slot.turn = Some(Turn { run, until: Instant::now() + left });
        }
        if std::mem::take(&mut inner.unwatched) {
            self.watch.notify_one();
        }
    }

    pub(super) fn end_turn(&self, thread: usize, generation: u64) {
        let slot = &mut self.lock().slots[thread];
        if slot.generation == generation {
            slot.turn = None;
        }
    }

    pub(super) fn finished(&self, run: RunId) {
        self.lock().on.remove(&run);
    }

    /// Waits until a turn does not end, counts its thread and gives it up. Answers with the place and the generation of a
    /// successor; `None`: the engine is gone and nothing runs.
    pub(super) fn hanging(&self, stuck: &StuckThreads) -> Option<(usize, u64)> {
        let mut inner = self.lock();
        loop {
            let now = Instant::now();
            let is_over = |slot: &Slot| slot.turn.as_ref().is_some_and(|turn| now >= turn.until + GRACE);
            if let Some(thread) = inner.slots.iter().position(is_over) {
                stuck.add();
                inner.give_up(thread);
                return Some((thread, inner.slots[thread].generation));
            }
            let idle = inner.slots.iter().all(|slot| slot.turn.is_none());
            if idle && inner.closed {
                return None;
            }
            inner.unwatched = idle;
            inner = match idle {
                true => self.watch.wait(inner).unwrap_or_else(PoisonError::into_inner),
                false => self.watch.wait_timeout(inner, LOOK).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    /// A thread has begun to work.
    pub(super) fn started(&self, thread: usize, generation: u64) {
        let mut inner = self.lock();
        if inner.slots[thread].generation == generation {
            inner.slots[thread].note_thread();
        }
    }

    /// Takes the threads that are missing, with their generations, for a caller that starts them.
    pub(super) fn missing(&self) -> Vec<(usize, u64)> {
        let mut inner = self.lock();
        let missing = inner.slots.iter_mut().enumerate().filter(|(_, slot)| !slot.is_there);
        missing.map(|(thread, slot)| (thread, slot.take())).collect()
    }

    /// Leaves the place of a thread empty. Answers with the runs that no thread will begin.
    pub(super) fn leave(&self, thread: usize) -> Vec<Job> {
        let mut inner = self.lock();
        inner.slots[thread].is_there = false;
        match inner.slots.iter().any(|slot| slot.is_there) {
            true => Vec::new(),
            false => inner.starts.drain(..).map(|job| *job).collect(),
        }
    }

    /// Whether a thread was given up.
    pub(super) fn is_given_up(&self, thread: usize, generation: u64) -> bool {
        self.lock().slots[thread].generation != generation
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
        self.watch.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Gives up a thread: each of its runs is told, and nothing is sent to it any more.
    fn give_up(&mut self, thread: usize) {
        let hangs = self.slots[thread].give_up();
        self.on.retain(|run, (on, line)| {
            if *on == thread {
                line.send(Answer::GivenUp(if Some(*run) == hangs { Lost::Hangs } else { Lost::Waited }));
            }
            *on != thread
        });
    }
}
