//! Answers one after the other.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers, of which the last one is repeated.
pub(super) struct Sequence<T> {
    first: T,
    then: Vec<T>,
    next: AtomicUsize,
}

impl<T> Sequence<T> {
    pub(super) fn new(first: T, then: Vec<T>) -> Self {
        Sequence { first, then, next: AtomicUsize::new(0) }
    }

    /// The answer to this call.
    pub(super) fn next(&self) -> &T {
        match self.next.fetch_add(1, Ordering::Relaxed).min(self.then.len()) {
            0 => &self.first,
            number => self.then.get(number - 1).unwrap_or(&self.first),
        }
    }
}
