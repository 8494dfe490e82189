//! The state of one thread, as the queue sees it.

use std::collections::VecDeque;
use std::time::Instant;

#[cfg(target_os = "linux")]
use rustix::thread::{Pid, gettid};

use super::mail::{Mail, RunId};

/// The priority of a thread that was given up: the lowest. Tests wait for such threads.
#[cfg(target_os = "linux")]
const PRIORITY: i32 = if cfg!(test) { 5 } else { 19 };

/// The place of a thread. A thread that is given up leaves it to a successor.
#[derive(Default)]
pub(super) struct Slot {
    pub mail: VecDeque<Mail>,
    /// Grows when the thread is given up; the old one ends when it looks.
    pub generation: u64,
    /// Whether a thread works here, or one is being started.
    pub is_there: bool,
    /// The script that runs now.
    pub turn: Option<Turn>,
    #[cfg(target_os = "linux")]
    id: Option<Pid>,
}

/// A script that runs on a thread.
pub(super) struct Turn {
    pub run: RunId,
    /// When it should have ended.
    pub until: Instant,
}

impl Slot {
    /// Takes the place for a thread; answers with its generation.
    pub(super) fn take(&mut self) -> u64 {
        self.is_there = true;
        self.generation
    }

    /// Notes that this thread is the one that works here.
    pub(super) fn note_thread(&mut self) {
        #[cfg(target_os = "linux")]
        {
            self.id = Some(gettid());
        }
    }

    /// Gives up the thread; answers with the run that holds it. It gets a low priority, so that it takes little from
    /// others for as long as it goes on.
    pub(super) fn give_up(&mut self) -> Option<RunId> {
        #[cfg(target_os = "linux")]
        if let Some(id) = self.id.take() {
            // It has not ended, as it would take the queue's lock first; so the number is its own.
            rustix::process::setpriority_process(Some(id), PRIORITY).ok();
        }
        self.mail.clear();
        self.generation += 1;
        self.turn.take().map(|turn| turn.run)
    }
}
