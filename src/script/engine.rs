//! The engine: threads, and the way of a request to one and back.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{timeout, timeout_at};

use super::failure::{Failure, Reason};
use super::host::Chatter;
use super::queue::{Done, End, Job, Queue, RunId};
use super::worker::Worker;
use super::{Dialect, Limits, Script};
use crate::runtime::{Context, Fault, FaultSource, kinds};

/// A run that is told to stop does so within this time, or its thread hangs in the engine. Shorter than what the executor
/// waits behind the deadline, so that the state is back before that.
const GRACE: Duration = Duration::from_millis(150);

/// Threads that run scripts. They start with the first script.
pub struct Engine {
    limits: Limits,
    queue: OnceLock<Arc<Queue>>,
    at_once: Semaphore,
    chatter: Arc<Chatter>,
}

/// Tells a run to stop when its request is gone.
struct Watch<'q> {
    queue: &'q Queue,
    run: RunId,
    stopped: Arc<AtomicBool>,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        drop(self.queue.stop(self.run));
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(queue) = self.queue.get() {
            queue.close();
        }
    }
}

impl Engine {
    pub fn new(limits: Limits) -> Self {
        let at_once = Semaphore::new(limits.at_once.clamp(1, Semaphore::MAX_PERMITS));
        Engine { limits, queue: OnceLock::new(), at_once, chatter: Arc::default() }
    }

    /// Runs a script on a request; of a condition it answers whether it holds.
    pub async fn run(&self, cx: &mut Context, script: &Arc<Script>) -> Result<bool, Fault> {
        let deadline = cx.state.budget.deadline;
        let _permit = match timeout_at(deadline, self.at_once.acquire()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => {
                let message = "no script could start in time: too many are under way";
                return Err(runtime_fault(message).with_status(StatusCode::SERVICE_UNAVAILABLE));
            }
        };
        let queue = self.queue.get_or_init(|| self.start());
        let (id, stopped) = (queue.next_id(), Arc::new(AtomicBool::new(false)));
        let (reply, mut answer) = oneshot::channel();
        let placeholder = cx.state.placeholder();
        let state = std::mem::replace(&mut cx.state, placeholder);
        queue.start(Box::new(Job {
            id,
            script: script.clone(),
            cx: Context { state },
            reactor: Handle::current(),
            stopped: stopped.clone(),
            reply,
        }));
        let watch = Watch { queue, run: id, stopped };
        let done = match timeout_at(deadline, &mut answer).await {
            Ok(done) => done,
            Err(_) => match self.stop(queue, &watch, &mut answer).await {
                Stopped::Unbegun(job) => {
                    cx.state = job.cx.state;
                    return Err(failed(Failure::of(Reason::Late, "no thread was free"), script));
                }
                Stopped::Ended(done) => done,
                Stopped::Hangs => return Err(lost("a script hangs in the script engine")),
            },
        };
        let Ok(Done { cx: back, end }) = done else {
            return Err(lost("the script engine failed, and what the request held is lost"));
        };
        cx.state = back.state;
        match end {
            End::Holds(answer) => Ok(answer),
            End::Rejected(fault) => Err(fault),
            End::Failed(failure) => Err(failed(failure, script)),
        }
    }

    async fn stop(&self, queue: &Arc<Queue>, watch: &Watch<'_>, answer: &mut oneshot::Receiver<Done>) -> Stopped {
        watch.stopped.store(true, Ordering::Relaxed);
        if let Some(job) = queue.stop(watch.run) {
            return Stopped::Unbegun(job);
        }
        if let Ok(done) = timeout(GRACE, answer).await {
            return Stopped::Ended(done);
        }
        if let Some((thread, generation)) = queue.give_up(watch.run) {
            tracing::error!(thread, "a script hangs inside the engine and cannot be stopped; its thread is replaced");
            self.spawn(queue, thread, generation);
        }
        Stopped::Hangs
    }

    fn start(&self) -> Arc<Queue> {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let queue = Arc::new(Queue::new(threads));
        (0..threads).for_each(|thread| self.spawn(&queue, thread, 0));
        queue
    }

    fn spawn(&self, queue: &Arc<Queue>, thread: usize, generation: u64) {
        let worker = Worker::new(queue.clone(), thread, generation, self.limits, self.chatter.clone());
        let named = std::thread::Builder::new().name(format!("script-{thread}")).stack_size(4 << 20);
        if let Err(error) = named.spawn(move || worker.work()) {
            tracing::error!(%error, "no thread for scripts could be started");
        }
    }
}

/// What became of a run that was told to stop.
enum Stopped {
    Unbegun(Box<Job>),
    Ended(Result<Done, oneshot::error::RecvError>),
    Hangs,
}

fn runtime_fault(message: &str) -> Fault {
    Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message)
}

/// The state did not come back; handlers see an empty message.
fn lost(message: &str) -> Fault {
    runtime_fault("the script engine failed").with_cause(message)
}

/// The fault of a failure. What happened goes to the log; the client learns that something did.
fn failed(failure: Failure, script: &Script) -> Fault {
    let place = failure.place.and_then(|place| script.place(place));
    let cause = match &place {
        Some(place) => format!("{} ({place})", failure.message),
        None => failure.message.clone(),
    };
    match (failure.reason, failure.name) {
        (Reason::Late, _) => {
            let message = "the request took longer than the gateway allows";
            runtime_fault(message).with_status(StatusCode::GATEWAY_TIMEOUT).with_cause(cause)
        }
        (Reason::Thrown, Some(name)) if script.dialect == Dialect::JavaScript => {
            Fault::thrown(&name, failure.message).with_cause(cause)
        }
        _ if script.dialect == Dialect::Condition => {
            runtime_fault("the condition cannot be answered").with_cause(cause)
        }
        _ => Fault::new(&kinds::JAVASCRIPT, FaultSource::Gateway, "Internal Error").with_cause(cause),
    }
}
