//! Counters in this process's memory.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lru::LruCache;
use tokio::time::Instant;

use super::{Change, Count, Counters, Counting, Operation};
use crate::resources::cache::Key;

/// Requests that count different things seldom wait for each other.
const SHARDS: usize = 16;
/// Counters of a shard. Beyond that the one goes that was used longest ago, so made-up keys cannot fill the memory.
const EACH: usize = 8192;

/// The counters.
#[derive(Debug)]
pub struct Memory {
    shards: [Mutex<LruCache<Key, Counter>>; SHARDS],
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    used: u64,
    started: Instant,
}

impl Default for Memory {
    fn default() -> Self {
        // Without room until something is counted: a cache that knows its bound makes room for all of it at once.
        Memory { shards: std::array::from_fn(|_| Mutex::new(LruCache::unbounded())) }
    }
}

impl Counters for Memory {
    fn change(&self, change: &Change) -> Counting {
        let now = Instant::now();
        let shard = &self.shards[change.key.shard(SHARDS)];
        let mut counters = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counters.get(&change.key).copied();
        let current = known.filter(|counter| change.window.is_none_or(|window| now < counter.started + window));
        let mut counter = current.unwrap_or(Counter { used: 0, started: now });
        let wanted = counter.used.saturating_add(change.weight);
        let exceeded = wanted > change.most && change.operation != Operation::Replenish;
        counter.used = match change.operation {
            Operation::Consume if exceeded && change.hard => counter.used,
            Operation::Consume | Operation::Update => wanted,
            Operation::Check => counter.used,
            Operation::Replenish => counter.used.saturating_sub(change.weight),
        };
        if counter.used > 0 || known.is_some() {
            counters.put(change.key, counter);
            if counters.len() > EACH {
                counters.pop_lru();
            }
        }
        let reset = change.window.map_or(Duration::ZERO, |window| (counter.started + window).duration_since(now));
        Counting::Ready(Count { exceeded, remaining: change.most.saturating_sub(counter.used), reset })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::cache::Fingerprint;

    fn change(key: &str, operation: Operation, weight: u64) -> Change {
        let key = Fingerprint::new(key).key();
        Change { key, operation, weight, most: 3, hard: true, window: Some(Duration::from_secs(60)) }
    }

    fn apply(all: &Memory, change: &Change) -> (bool, u64) {
        match all.change(change) {
            Counting::Ready(count) => (count.exceeded, count.remaining),
            Counting::Wait(_) => panic!("memory does not wait"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_window_counts_and_begins_anew() {
        let all = Memory::default();
        let consume = change("a", Operation::Consume, 1);
        for expected in [(false, 2), (false, 1), (false, 0), (true, 0), (true, 0)] {
            assert_eq!(apply(&all, &consume), expected);
        }
        assert_eq!(apply(&all, &change("b", Operation::Consume, 1)), (false, 2));
        tokio::time::advance(Duration::from_secs(59)).await;
        assert_eq!(apply(&all, &consume), (true, 0));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(apply(&all, &consume), (false, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn operations_do_what_they_say() {
        let all = Memory::default();
        for (operation, weight, expected) in [
            (Operation::Check, 4, (true, 3)),
            (Operation::Check, 3, (false, 3)),
            (Operation::Consume, 2, (false, 1)),
            (Operation::Consume, 2, (true, 1)),
            (Operation::Replenish, 1, (false, 2)),
            (Operation::Replenish, 9, (false, 3)),
            (Operation::Update, 5, (true, 0)),
            (Operation::Replenish, 1, (false, 0)),
            (Operation::Consume, u64::MAX, (true, 0)),
        ] {
            assert_eq!(apply(&all, &change("a", operation, weight)), expected, "{operation:?} {weight}");
        }
        // A soft limit counts on.
        let soft = Change { hard: false, ..change("s", Operation::Consume, 4) };
        assert_eq!(apply(&all, &soft), (true, 0));
        assert_eq!(apply(&all, &change("s", Operation::Replenish, 2)), (false, 1));
    }

    #[test]
    fn made_up_keys_do_not_fill_the_memory() {
        let all = Memory::default();
        for number in 0..SHARDS * EACH + 5_000 {
            apply(&all, &change(&number.to_string(), Operation::Consume, 1));
        }
        let held: usize = all.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(held <= SHARDS * EACH);
    }
}
