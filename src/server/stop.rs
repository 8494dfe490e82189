//! How far the shutdown has come.

use tokio::sync::watch;

/// The phases of a server's life, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    /// `/readyz` says no; everything is still served.
    Leaving,
    /// Nothing new is accepted; what is in flight may finish.
    Finishing,
    /// Whatever is left is closed.
    Cut,
}

/// Everybody's view of the phase. When the server itself is dropped, that is [`Phase::Cut`].
#[derive(Debug, Clone)]
pub(super) struct Stop(watch::Receiver<Phase>);

impl Stop {
    pub(super) fn new() -> (watch::Sender<Phase>, Stop) {
        let (sender, receiver) = watch::channel(Phase::Serving);
        (sender, Stop(receiver))
    }

    pub(super) fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Whether the phase may be another one since this was asked last.
    pub(super) fn has_news(&mut self) -> bool {
        let changed = self.0.has_changed().unwrap_or(true);
        if changed {
            self.0.mark_unchanged();
        }
        changed
    }

    /// Waits until this phase or a later one.
    pub(super) async fn reached(mut self, phase: Phase) {
        // An error means that the sender is gone.
        drop(self.0.wait_for(|now| *now >= phase).await);
    }
}
