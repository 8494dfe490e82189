//! Things that live for as long as a snapshot uses them, by what they are made of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::cache::Key;

/// Things of one kind. A load that asks for the same gets the same, with what it knows.
#[derive(Debug)]
pub struct SharedByKey<T>(Mutex<HashMap<Key, Weak<T>>>);

impl<T> Default for SharedByKey<T> {
    fn default() -> Self {
        SharedByKey(Mutex::default())
    }
}

impl<T> SharedByKey<T> {
    /// The thing of this key.
    pub fn get(&self, key: Key, make: impl FnOnce() -> T) -> Arc<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        all.retain(|_, thing| thing.strong_count() > 0);
        let new = Arc::new(make());
        all.insert(key, Arc::downgrade(&new));
        new
    }

    /// Those that are used now.
    pub fn live(&self) -> Vec<Arc<T>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().filter_map(Weak::upgrade).collect()
    }
}
