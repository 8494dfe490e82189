//! The way back of a run to its request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::failure::Failure;
use crate::runtime::{Context, Fault};

/// A run that is over.
pub(super) struct Done {
    pub cx: Context,
    pub end: End,
}

/// How a run ended.
pub(super) enum End {
    /// The result of a condition; `true` for a step.
    Holds(bool),
    /// The script refused, in words of its own.
    Rejected(Fault),
    Failed(Failure),
}

/// The answer of a run to its request.
pub(super) enum Answer {
    Done(Box<Done>),
    /// The thread was given up, and the state is lost with it.
    GivenUp(Lost),
}

/// The role of a lost run in the thread that was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The one that holds the thread.
    Hangs,
    /// One that waited for a call or a timer.
    Waited,
}

/// The connection of a run, its thread and its request. The first answer counts.
pub(super) struct Line {
    stopped: AtomicBool,
    reply: Mutex<Option<oneshot::Sender<Answer>>>,
}

impl Line {
    pub(super) fn new() -> (Arc<Self>, oneshot::Receiver<Answer>) {
        let (reply, answer) = oneshot::channel();
        let line = Line { stopped: AtomicBool::new(false), reply: Mutex::new(Some(reply)) };
        (Arc::new(line), answer)
    }

    /// Notes that no request waits any more.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Answers, where nothing has yet. A request that is gone takes nothing.
    pub(super) fn send(&self, answer: Answer) {
        let reply = self.reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reply) = reply {
            drop(reply.send(answer));
        }
    }
}
