//! The processes of one function: warm ones kept, new ones started, old code replaced.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast};

use super::address::Home;
use super::address::LATEST;
use super::errors::Refusal;
use super::function::Function;
use super::injected_faults::InjectedFault;
use super::invocation::{Fault, Invocation, Outcome};
use super::lock::locked;
use super::notice::{Notice, Place};
use super::process::{End, Process};

/// One function and its warm processes.
pub struct Pool {
    home: Arc<Home>,
    notices: broadcast::Sender<Notice>,
    state: Mutex<PoolState>,
    /// Calls that a switch of faults has seen.
    calls: AtomicU64,
}

struct PoolState {
    function: Arc<Function>,
    /// Counts the reloads: a process of an earlier generation is not used again.
    generation: u64,
    idle: Vec<Process>,
    /// One permit per invocation that may run.
    running: Arc<Semaphore>,
    /// Whether any process was ever asked for.
    used: bool,
}

/// The right to run one invocation now.
pub struct Admission {
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    pub fn new(function: Function, home: Arc<Home>, notices: broadcast::Sender<Notice>) -> Pool {
        let running = Arc::new(Semaphore::new(function.concurrency));
        let (function, idle) = (Arc::new(function), Vec::new());
        let state = PoolState { function, generation: 0, idle, running, used: false };
        Pool { home, notices, state: Mutex::new(state), calls: AtomicU64::new(0) }
    }

    pub fn function(&self) -> Arc<Function> {
        locked(&self.state).function.clone()
    }

    /// The fault that this call meets on purpose.
    pub fn fault(&self) -> Option<InjectedFault> {
        let switch = self.function().faults?;
        let number = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        switch.is_due(number).then_some(switch)
    }

    /// Takes a place among the running invocations, or refuses as AWS throttles.
    pub fn admit(&self) -> Result<Admission, Refusal> {
        let running = locked(&self.state).running.clone();
        let permit = running.try_acquire_owned().map_err(|_| Refusal::too_many_requests())?;
        Ok(Admission { _permit: permit })
    }

    /// Waits for a place, as queued events do. `None` at shutdown.
    pub async fn queue(&self) -> Option<Admission> {
        let running = locked(&self.state).running.clone();
        let permit = running.acquire_owned().await.ok()?;
        Some(Admission { _permit: permit })
    }

    /// Runs an invocation on a warm process, or on a new one when none is free.
    pub async fn run(&self, invocation: Arc<Invocation>, admission: Admission) -> Outcome {
        loop {
            let (mut process, generation, warm) = match self.process(&invocation.version).await {
                Ok(process) => process,
                Err(outcome) => return outcome,
            };
            match process.invoke(&invocation).await {
                End::Warm(outcome) => {
                    self.put_back(process, generation);
                    drop(admission);
                    return outcome;
                }
                // A warm process may die at any time between two calls; a new one dying is its answer.
                End::Untouched(_) if warm => {}
                End::Untouched(outcome) | End::Gone(outcome) => return outcome,
            }
        }
    }

    /// Puts edited code in place of the old once it has proved that it starts.
    ///
    /// Code that was never asked for is only tried when `edited` says that its own file changed.
    pub async fn reload(&self, function: Function, edited: bool) {
        let tried = if edited || locked(&self.state).used {
            match Process::start(&function, LATEST, &self.home, &self.notices).await {
                Ok(process) => Some(process),
                Err(outcome) => return self.tell_broken(&function, outcome),
            }
        } else {
            None
        };
        let told = tried.is_some();
        let name = function.name.clone();
        let retired = {
            let mut state = locked(&self.state);
            if state.function.concurrency != function.concurrency {
                state.running = Arc::new(Semaphore::new(function.concurrency));
            }
            state.function = Arc::new(function);
            state.generation += 1;
            std::mem::replace(&mut state.idle, tried.into_iter().collect())
        };
        drop(retired);
        if told {
            self.tell(Notice::Reloaded { function: name });
        }
    }

    /// Kills the idle processes and waits for their end.
    pub async fn stop(&self) {
        let idle = {
            let mut state = locked(&self.state);
            state.running.close();
            state.generation += 1;
            std::mem::take(&mut state.idle)
        };
        for process in idle {
            process.stop().await;
        }
    }

    /// A process of the version, its generation, and whether it has answered before.
    async fn process(&self, version: &str) -> Result<(Process, u64, bool), Outcome> {
        let (function, generation) = {
            let mut state = locked(&self.state);
            state.used = true;
            state.idle.retain_mut(|process| !process.has_ended());
            // The last one used is the one most likely to be in the caches.
            let position = state.idle.iter().rposition(|process| process.version == version);
            if let Some(position) = position {
                return Ok((state.idle.swap_remove(position), state.generation, true));
            }
            (state.function.clone(), state.generation)
        };
        let process = Process::start(&function, version, &self.home, &self.notices).await?;
        Ok((process, generation, false))
    }

    fn put_back(&self, process: Process, generation: u64) {
        let mut state = locked(&self.state);
        if state.generation == generation {
            state.idle.push(process);
        }
    }

    fn tell_broken(&self, function: &Function, outcome: Outcome) {
        let Err(fault) = outcome.result else { return };
        let said = String::from_utf8_lossy(&outcome.log).into_owned();
        let (message, trace) = match &fault {
            Fault::Reported(document) => explained(document),
            Fault::Exited(_) => {
                let last = said.trim_end().lines().last().unwrap_or("the process ended");
                (last.to_owned(), said)
            }
            other => (reason(other), String::new()),
        };
        let folder = function.folder.to_string_lossy();
        let place = Place::find(&trace, &folder);
        let function = function.name.clone();
        let older = locked(&self.state).idle.iter_mut().any(|process| !process.has_ended());
        self.tell(Notice::Broken { function, message, place, older });
    }

    pub fn tell(&self, notice: Notice) {
        // An error only means that there is no receiver.
        let _ = self.notices.send(notice);
    }
}

/// The message and the trace of a runtime's error document.
fn explained(document: &[u8]) -> (String, String) {
    let document: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let lines = |key: &str| {
        let lines = document.get(key).and_then(serde_json::Value::as_array);
        let lines = lines.into_iter().flatten().filter_map(text);
        lines.collect::<Vec<_>>().join("\n")
    };
    let message = document.get("errorMessage").and_then(text).unwrap_or_default();
    (message, lines("stackTrace") + &lines("trace"))
}

fn reason(fault: &Fault) -> String {
    let (message, _) = explained(&fault.payload(""));
    let reason = message.split_once("Error: ").map(|(_, reason)| reason.to_owned());
    reason.unwrap_or(message)
}
