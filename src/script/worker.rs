//! A thread of the engine.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::dialect::Library;
use super::failure::{Failure, Reason};
use super::host::Chatter;
use super::mail::{Mail, RunId};
use super::queue::{Job, Queue, Task};
use super::realm::Realm;
use super::run::{Run, Turn};
use super::{Dialect, Limits, StuckThreads};
use crate::value::panic_message;

/// Engines that a thread keeps while no run has them. Scripts that wait for calls need several at the same time.
const SPARE: usize = 64;

/// The state of one thread.
pub(super) struct Worker {
    queue: Arc<Queue>,
    thread: usize,
    generation: u64,
    limits: Limits,
    chatter: Arc<Chatter>,
    stuck: Arc<StuckThreads>,
}

/// The runs of a thread that wait, and the engines that no run has.
struct Runs {
    waiting: HashMap<RunId, Run>,
    realms: Vec<Realm>,
}

impl Runs {
    /// An engine for a script.
    fn realm(&mut self, limits: Limits, dialect: Dialect) -> rquickjs::Result<Realm> {
        match self.realms.iter().rposition(|realm| realm.suits(dialect)) {
            Some(at) => Ok(self.realms.remove(at)),
            None => Realm::new(limits, Library::of(dialect)),
        }
    }

    /// Puts an engine back, for the next run. The one that was used least recently goes where there are enough.
    fn keep(&mut self, mut realm: Realm) {
        realm.put_back();
        self.realms.push(realm);
        if self.realms.len() > SPARE {
            self.realms.remove(0);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.queue.is_given_up(self.thread, self.generation) {
            self.stuck.remove();
        }
    }
}

impl Worker {
    pub(super) fn new(
        queue: Arc<Queue>,
        (thread, generation): (usize, u64),
        limits: Limits,
        chatter: Arc<Chatter>,
        stuck: Arc<StuckThreads>,
    ) -> Self {
        Worker { queue, thread, generation, limits, chatter, stuck }
    }

    /// Works until the engine is gone, or the thread is given up.
    pub(super) fn work(self) {
        self.queue.started(self.thread, self.generation);
        let mut runs = Runs { waiting: HashMap::new(), realms: Vec::new() };
        let mut prepared = false;
        loop {
            match self.queue.next(self.thread, self.generation, prepared) {
                Task::End => return,
                Task::Idle => {
                    let library = Library::of(Dialect::GatewayScript);
                    runs.realms.extend(Realm::new(self.limits, library));
                    prepared = true;
                }
                Task::Start(job) => {
                    prepared = true;
                    self.start(&mut runs, *job);
                }
                Task::Mail(Mail::Outcome { run: id, operation, outcome }) => {
                    if let Some(run) = runs.waiting.remove(&id) {
                        self.turn(&mut runs, id, run.left(), || run.resume(operation, outcome));
                    }
                }
                Task::Mail(Mail::Stop { run: id }) => {
                    if let Some(run) = runs.waiting.remove(&id) {
                        self.turn(&mut runs, id, run.left(), || run.stop());
                    }
                }
            }
        }
    }

    fn start(&self, runs: &mut Runs, job: Job) {
        match runs.realm(self.limits, job.script.dialect) {
            Ok(realm) => {
                let (id, queue, chatter) = (job.id, self.queue.clone(), self.chatter.clone());
                self.turn(runs, id, self.limits.time, || Run::begin(job, realm, queue, chatter));
            }
            Err(_) => {
                self.queue.finished(job.id);
                job.refuse(Failure::of(Reason::Refused, "the memory for a script is not there"));
            }
        }
    }

    /// One turn of a run. A panic ends the run and not the thread.
    fn turn(&self, runs: &mut Runs, id: RunId, left: Duration, work: impl FnOnce() -> Turn) {
        self.queue.begin_turn(self.thread, self.generation, id, left);
        let turn = catch_unwind(AssertUnwindSafe(work));
        self.queue.end_turn(self.thread, self.generation);
        match turn {
            Ok(Turn::Waits(run)) => drop(runs.waiting.insert(id, *run)),
            Ok(Turn::Ended(realm)) => {
                self.queue.finished(id);
                runs.keep(realm);
            }
            Err(panic) => {
                let cause = panic_message(&*panic);
                tracing::error!(cause, "the script engine panicked; the state of the request it was running is lost");
                self.queue.finished(id);
            }
        }
    }
}
