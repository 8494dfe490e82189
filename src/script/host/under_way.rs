//! The operations that a run waits for.

use std::collections::HashMap;

use tokio::task::AbortHandle;

/// The operations under way.
#[derive(Default)]
pub(in crate::script) struct Operations {
    pub(super) next: u32,
    pub(super) tasks: HashMap<u32, AbortHandle>,
}

impl Operations {
    /// Whether something is to come.
    pub(in crate::script) fn is_waiting(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// One is over; false where it was called off.
    pub(in crate::script) fn end(&mut self, operation: u32) -> bool {
        self.tasks.remove(&operation).is_some()
    }

    /// Calls everything off.
    pub(in crate::script) fn abort(&mut self) {
        self.tasks.drain().for_each(|(_, task)| task.abort());
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        self.abort();
    }
}
