//! A thread of the engine.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::failure::{Failure, Reason};
use super::host::Chatter;
use super::mail::{Mail, RunId};
use super::queue::{Job, Queue, Task};
use super::realm::Realm;
use super::run::{Run, Turn};
use super::{Limits, StuckThreads};
use crate::value::panic_message;

/// The state of one thread.
pub(super) struct Worker {
    queue: Arc<Queue>,
    thread: usize,
    generation: u64,
    limits: Limits,
    chatter: Arc<Chatter>,
    stuck: Arc<StuckThreads>,
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
        let mut spare: Option<Realm> = None;
        let mut waiting: HashMap<RunId, Run> = HashMap::new();
        let mut unprepared = false;
        loop {
            let prepared = spare.is_some() || unprepared;
            match self.queue.next(self.thread, self.generation, prepared) {
                Task::End => return,
                Task::Idle => {
                    spare = Realm::new(self.limits).ok();
                    spare.iter_mut().for_each(Realm::prepare);
                    unprepared = spare.is_none();
                }
                Task::Start(job) => {
                    let realm = spare.take();
                    self.turn(&mut waiting, job.id, self.limits.time, || self.begin(*job, realm));
                }
                Task::Mail(Mail::Outcome { run: id, operation, outcome }) => {
                    if let Some(run) = waiting.remove(&id) {
                        self.turn(&mut waiting, id, run.left(), || run.resume(operation, outcome));
                    }
                }
                Task::Mail(Mail::Stop { run: id }) => {
                    if let Some(run) = waiting.remove(&id) {
                        self.turn(&mut waiting, id, run.left(), || run.stop());
                    }
                }
            }
        }
    }

    fn begin(&self, job: Job, realm: Option<Realm>) -> Turn {
        match realm.map_or_else(|| Realm::new(self.limits), Ok) {
            Ok(realm) => Run::begin(job, realm, self.queue.clone(), self.chatter.clone()),
            Err(_) => {
                job.refuse(Failure::of(Reason::Refused, "the memory for a script is not there"));
                Turn::Ended
            }
        }
    }

    /// One turn of a run. A panic ends the run and not the thread.
    fn turn(&self, waiting: &mut HashMap<RunId, Run>, id: RunId, left: Duration, work: impl FnOnce() -> Turn) {
        self.queue.begin_turn(self.thread, self.generation, id, left);
        let turn = catch_unwind(AssertUnwindSafe(work));
        self.queue.end_turn(self.thread, self.generation);
        match turn {
            Ok(Turn::Waits(run)) => drop(waiting.insert(id, *run)),
            Ok(Turn::Ended) => self.queue.finished(id),
            Err(panic) => {
                let cause = panic_message(&*panic);
                tracing::error!(cause, "the script engine panicked; the state of the request it was running is lost");
                self.queue.finished(id);
            }
        }
    }
}
