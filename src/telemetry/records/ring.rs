//! The records that ended last, within a number and a size.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::runtime::Record;

/// The records that ended last.
pub(super) struct Ring {
    records: VecDeque<(Arc<Record>, usize)>,
    most: usize,
    most_bytes: usize,
    bytes: usize,
    /// The number of the last record.
    number: u64,
}

impl Ring {
    pub(super) fn new(most: usize, most_bytes: usize) -> Self {
        Ring { records: VecDeque::new(), most, most_bytes, bytes: 0, number: 0 }
    }

    /// Keeps a record, in the place of the oldest ones where there is no room.
    pub(super) fn push(&mut self, mut record: Record) {
        self.number += 1;
        record.number = self.number;
        let bytes = record.weight();
        if bytes > self.most_bytes {
            return;
        }
        while self.records.len() >= self.most || self.bytes + bytes > self.most_bytes {
            let Some((_, gone)) = self.records.pop_front() else { break };
            self.bytes -= gone;
        }
        self.bytes += bytes;
        self.records.push_back((Arc::new(record), bytes));
    }

    /// The records with a number above this one, oldest first.
    pub(super) fn since(&self, number: u64) -> Vec<Arc<Record>> {
        let kept = self.records.iter().map(|(record, _)| record);
        kept.filter(|record| record.number > number).cloned().collect()
    }

    /// The record of the request with this id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Record>> {
        self.records.iter().rev().map(|(record, _)| record).find(|record| record.id == id).cloned()
    }
}

/// A thread that panicked has left nothing half-done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
