//! The engine: threads, and the way of a request to one and back.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{timeout, timeout_at};

use super::answer::{Answer, Done, End, Line, Lost};
use super::failure::{Failure, Reason};
use super::mail::RunId;
use super::queue::{Job, Queue};
use super::threads::{Start, Threads, start};
use super::{Dialect, Limits, Script, StuckThreads};
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::value::NoRoom;

/// A run that is told to stop does so within this time, or its thread hangs in the engine. Shorter than what the executor
/// waits behind the deadline, so that the state is back before that.
const GRACE: Duration = Duration::from_millis(150);

/// Threads that run scripts. They start with the first script.
pub struct Engine {
    limits: Limits,
    threads: Arc<Threads>,
    stuck: Arc<StuckThreads>,
    at_once: Semaphore,
}

/// Tells a run to stop when its request is gone.
struct Watch<'q> {
    queue: &'q Queue,
    run: RunId,
    line: Arc<Line>,
    is_over: bool,
}

impl Watch<'_> {
    fn stop(&self) -> Option<Box<Job>> {
        self.line.stop();
        self.queue.stop(self.run)
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            drop(self.stop());
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.threads.queue.close();
    }
}

impl Engine {
    /// `stuck` counts the threads that hang, also those of other engines.
    pub fn new(limits: Limits, stuck: Arc<StuckThreads>) -> Self {
        Engine::starting(limits, stuck, start)
    }

    pub(super) fn starting(limits: Limits, stuck: Arc<StuckThreads>, start: Start) -> Self {
        let at_once = Semaphore::new(limits.at_once.clamp(1, Semaphore::MAX_PERMITS));
        let threads = Arc::new(Threads::new(limits, stuck.clone(), start));
        Engine { limits, threads, stuck, at_once }
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
        if self.stuck.is_full() {
            return Err(failed(self.stuck.refusal(), script));
        }
        self.threads.ensure();
        let queue = &*self.threads.queue;
        let (line, mut answer) = Line::new();
        let mut watch = Watch { queue, run: queue.next_id(), line: line.clone(), is_over: false };
        let placeholder = cx.state.placeholder();
        let state = std::mem::replace(&mut cx.state, placeholder);
        let (cx_there, reactor) = (Context { state }, Handle::current());
        let job = Job { id: watch.run, script: script.clone(), cx: cx_there, reactor, line };
        if let Err(job) = queue.start(Box::new(job)) {
            cx.state = job.cx.state;
            return Err(failed(self.threads.no_thread(), script));
        }
        let answered = match timeout_at(deadline, &mut answer).await {
            Ok(answered) => answered,
            Err(_) => match stop(&watch, &mut answer).await {
                Stopped::Unbegun(job) => {
                    cx.state = job.cx.state;
                    return Err(failed(Failure::of(Reason::Late, "no thread was free"), script));
                }
                Stopped::Ended(answered) => answered,
                Stopped::Hangs => return Err(lost("a script hangs in the script engine")),
            },
        };
        watch.is_over = true;
        match answered {
            Ok(Answer::Done(done)) => self.end(cx, *done, script),
            Ok(Answer::GivenUp(Lost::Hangs)) => Err(failed(Failure::hung(self.limits.time), script)),
            Ok(Answer::GivenUp(Lost::Waited)) => {
                Err(lost("another script hangs in the thread of this one, and what the request held is lost"))
            }
            Err(_) => Err(lost("the script engine failed, and what the request held is lost")),
        }
    }

    fn end(&self, cx: &mut Context, done: Done, script: &Script) -> Result<bool, Fault> {
        cx.state = done.cx.state;
        match done.end {
            End::Holds(answer) => Ok(answer),
            End::Rejected(fault) => Err(fault),
            End::Failed(failure) => Err(failed(failure, script)),
        }
    }
}

/// The state of a run that was told to stop.
enum Stopped {
    Unbegun(Box<Job>),
    Ended(Result<Answer, oneshot::error::RecvError>),
    Hangs,
}

async fn stop(watch: &Watch<'_>, answer: &mut oneshot::Receiver<Answer>) -> Stopped {
    if let Some(job) = watch.stop() {
        return Stopped::Unbegun(job);
    }
    match timeout(GRACE, answer).await {
        Ok(answered) => Stopped::Ended(answered),
        Err(_) => Stopped::Hangs,
    }
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
    // The v5 engine calls the fault what the error is called.
    let in_v5 = matches!(script.dialect, Dialect::JavaScript | Dialect::V5);
    match (failure.reason, failure.name) {
        (Reason::Late, _) => {
            let message = "the request took longer than the gateway allows";
            runtime_fault(message).with_status(StatusCode::GATEWAY_TIMEOUT).with_cause(cause)
        }
        (Reason::NoRoom, _) => Fault::from(NoRoom).with_cause(cause),
        (Reason::Refused, _) => {
            let message = "no script can be started at the moment";
            runtime_fault(message).with_status(StatusCode::SERVICE_UNAVAILABLE).with_cause(cause)
        }
        (Reason::Thrown, Some(name)) if in_v5 => Fault::thrown(&name, failure.message).with_cause(cause),
        (Reason::Thrown, None) if in_v5 && failure.class.is_some() => {
            let class = failure.class.unwrap_or_default();
            let message = failure.message.strip_prefix(&format!("{class}: ")).unwrap_or(&failure.message).to_owned();
            let mut fault = Fault::thrown(&class, message).with_cause(cause);
            fault.source = FaultSource::Gateway;
            fault
        }
        _ if script.dialect == Dialect::Condition => {
            runtime_fault(&format!("the condition cannot be answered: {}", failure.message)).with_cause(cause)
        }
        _ => Fault::new(&kinds::JAVASCRIPT, FaultSource::Gateway, "Internal Error").with_cause(cause),
    }
}
