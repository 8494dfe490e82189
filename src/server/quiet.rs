//! Wakes of a connection, without those that say nothing.
//!
//! hyper's channel for request bodies wakes its connection whenever a piece is taken, behind the last one too. With most
//! requests that is a whole look at connection and pipeline for nothing, since their body is one piece.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Stands between hyper and the connection's task. What else waits for something there registers the task itself, so that
/// what is held back here comes from the body's channel and nowhere else.
#[derive(Debug)]
pub(super) struct Quiet {
    task: Waker,
    held: AtomicBool,
    stirred: AtomicBool,
}

impl Quiet {
    pub(super) fn new(task: Waker) -> Arc<Self> {
        Arc::new(Quiet { task, held: AtomicBool::new(false), stirred: AtomicBool::new(false) })
    }

    /// What the task itself is woken with.
    pub(super) fn task(&self) -> Context<'_> {
        Context::from_waker(&self.task)
    }

    /// Polls the body of a request on HTTP/1, and is told as well whether what came is its end.
    pub(super) fn taking<T>(&self, poll: impl FnOnce() -> (Poll<T>, bool)) -> Poll<T> {
        self.held.store(true, Ordering::Release);
        let (polled, is_last) = poll();
        self.held.store(false, Ordering::Release);
        if self.stirred.swap(false, Ordering::AcqRel) && !is_last {
            self.task.wake_by_ref();
        }
        polled
    }
}

impl Wake for Quiet {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match self.held.load(Ordering::Acquire) {
            true => self.stirred.store(true, Ordering::Release),
            false => self.task.wake_by_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_what_the_last_piece_stirs_up_is_held_back() {
        let count = Arc::new(Count::default());
        let quiet = Quiet::new(count.clone().into());
        let waker = Waker::from(quiet.clone());
        let taking = |last| {
            quiet.taking(|| {
                waker.wake_by_ref();
                (Poll::Ready(()), last)
            })
        };
        for (last, woken) in [(true, 0), (false, 1), (true, 1)] {
            assert!(taking(last).is_ready());
            assert_eq!(count.0.load(Ordering::Relaxed), woken);
        }
        waker.wake_by_ref();
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
    }
}
