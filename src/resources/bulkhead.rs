//! How many calls of one function run at a time, whichever snapshot they came from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::cache::Key;

/// Dead entries are swept when there are more of all than these.
const MANY: usize = 256;

/// The bulkheads of a process, by what they guard.
#[derive(Debug, Default)]
pub struct Bulkheads(Mutex<HashMap<Key, Weak<Bulkhead>>>);

/// Counts what runs. The limit is each caller's own, so that a reload may change it while calls are running.
#[derive(Debug, Default)]
pub struct Bulkhead {
    running: AtomicUsize,
}

/// A place inside; dropping it leaves.
#[derive(Debug)]
pub struct Permit(Arc<Bulkhead>);

impl Bulkheads {
    /// The bulkhead of this key. It lasts as long as somebody holds it, or is inside.
    pub fn get(&self, key: Key) -> Arc<Bulkhead> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        if all.len() >= MANY {
            all.retain(|_, bulkhead| bulkhead.strong_count() > 0);
        }
        let new = Arc::new(Bulkhead::default());
        all.insert(key, Arc::downgrade(&new));
        new
    }
}

impl Bulkhead {
    /// Enters, unless this many are inside already.
    pub fn enter(self: &Arc<Self>, most: usize) -> Option<Permit> {
        let entered = self
            .running
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |running| (running < most).then_some(running + 1));
        entered.is_ok().then(|| Permit(self.clone()))
    }

    /// How many are inside.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::cache::Fingerprint;

    fn key(name: &str) -> Key {
        Fingerprint::new(name).key()
    }

    #[test]
    fn as_many_enter_as_the_limit_says_and_leaving_makes_room() {
        let bulkhead = Bulkheads::default().get(key("a"));
        let first = bulkhead.enter(2);
        let second = bulkhead.enter(2);
        assert!(first.is_some() && second.is_some() && bulkhead.enter(2).is_none());
        drop(first);
        assert!(bulkhead.enter(2).is_some());
        // A lower limit counts those that are inside.
        assert!(bulkhead.enter(1).is_none());
    }

    #[test]
    fn a_bulkhead_lasts_while_somebody_is_inside() {
        let all = Bulkheads::default();
        let permit = all.get(key("a")).enter(1);
        assert!(all.get(key("a")).enter(1).is_none() && all.get(key("b")).enter(1).is_some());
        drop(permit);
        assert!(all.get(key("a")).enter(1).is_some());
    }

    #[test]
    fn names_that_nobody_holds_are_forgotten() {
        let all = Bulkheads::default();
        let held = all.get(key("held"));
        let _permit = held.enter(1);
        for number in 0..10 * MANY {
            all.get(key(&number.to_string()));
        }
        assert!(all.0.lock().unwrap().len() <= MANY + 1);
        assert!(all.get(key("held")).enter(1).is_none());
    }
}
