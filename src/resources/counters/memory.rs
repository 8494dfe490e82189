//! Counters in this process's memory.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Change, Count, CounterMetrics, Counters, Counting, Operation};
use crate::resources::cache::Key;

/// Requests that count different things seldom wait for each other.
const SHARDS: usize = 16;

/// Counters of one limit in a shard: 131,072 in all.
const EACH: usize = 8192;

/// Counters that are looked at for their end whenever one is added: more than one, so that the memory shrinks in the end.
const LOOKS: usize = 4;

/// The counters. One leaves when its window has ended, and for no other reason: a client that has used up its limit cannot get
/// a new counter by a flood of keys. A limit that has no room counts no new key, and refuses it.
#[derive(Debug)]
pub struct Memory {
    shards: [Mutex<Shard>; SHARDS],
    metrics: CounterMetrics,
}

#[derive(Debug, Default)]
struct Shard {
    limits: HashMap<Key, HashMap<Key, Counter>>,
    /// When windows end, the next one first. A counter whose window began anew is still here with the end of the first.
    ends: BinaryHeap<Reverse<End>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    at: Instant,
    limit: Key,
    key: Key,
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    used: u64,
    started: Instant,
    window: Option<Duration>,
}

impl Default for Memory {
    fn default() -> Self {
        Memory { shards: std::array::from_fn(|_| Mutex::default()), metrics: CounterMetrics::default() }
    }
}

impl Counters for Memory {
    fn change(&self, change: &Change) -> Counting {
        let now = Instant::now();
        let shard = &self.shards[change.key.shard(SHARDS)];
        Counting::Ready(shard.lock().unwrap_or_else(PoisonError::into_inner).change(change, now, &self.metrics))
    }

    fn metrics(&self) -> &CounterMetrics {
        &self.metrics
    }
}

impl Shard {
    fn change(&mut self, change: &Change, now: Instant, metrics: &CounterMetrics) -> Count {
        let counters = self.limits.get_mut(&change.limit);
        let known = counters.and_then(|counters| counters.get_mut(&change.key));
        match known {
            Some(counter) => {
                counter.window = change.window;
                if counter.end().is_some_and(|end| end <= now) {
                    (counter.used, counter.started) = (0, now);
                }
                let count = counter.apply(change, now);
                // Without a window, nothing but the last to leave ends it.
                if counter.used == 0 && change.window.is_none() {
                    self.remove(change.limit, change.key, metrics);
                }
                count
            }
            None => {
                let mut counter = Counter { used: 0, started: now, window: change.window };
                let count = counter.apply(change, now);
                if counter.used == 0 {
                    return count;
                }
                self.forget(LOOKS, now, metrics);
                if self.is_full(change.limit) {
                    // Those at the end of the shard may be another limit's.
                    self.forget(usize::MAX, now, metrics);
                }
                if self.is_full(change.limit) {
                    metrics.refused.inc();
                    let reset = self.ends.peek().map_or(Duration::ZERO, |Reverse(end)| end.at.duration_since(now));
                    return Count { exceeded: true, no_room: true, remaining: 0, reset };
                }
                self.add(change, counter, metrics);
                count
            }
        }
    }

    fn is_full(&self, limit: Key) -> bool {
        self.limits.get(&limit).is_some_and(|counters| counters.len() >= EACH)
    }

    fn add(&mut self, change: &Change, counter: Counter, metrics: &CounterMetrics) {
        self.limits.entry(change.limit).or_default().insert(change.key, counter);
        if let Some(at) = counter.end() {
            self.ends.push(Reverse(End { at, limit: change.limit, key: change.key }));
        }
        metrics.held.inc();
    }

    fn remove(&mut self, limit: Key, key: Key, metrics: &CounterMetrics) {
        if let Some(counters) = self.limits.get_mut(&limit) {
            if counters.remove(&key).is_some() {
                metrics.held.dec();
            }
            if counters.is_empty() {
                self.limits.remove(&limit);
            }
        }
    }

    /// Removes counters whose window has ended: at most so many.
    fn forget(&mut self, most: usize, now: Instant, metrics: &CounterMetrics) {
        for _ in 0..most {
            let Some(Reverse(end)) = self.ends.peek().copied().filter(|Reverse(end)| end.at <= now) else { return };
            self.ends.pop();
            let counter = self.limits.get(&end.limit).and_then(|counters| counters.get(&end.key));
            match counter.map(Counter::end) {
                // It began anew.
                Some(Some(at)) if at > now => self.ends.push(Reverse(End { at, ..end })),
                // It has no window any more, since a reload.
                Some(None) => {}
                _ => self.remove(end.limit, end.key, metrics),
            }
        }
    }
}

impl Counter {
    fn end(&self) -> Option<Instant> {
        self.window.map(|window| self.started + window)
    }

    fn apply(&mut self, change: &Change, now: Instant) -> Count {
        let wanted = self.used.saturating_add(change.weight);
        let exceeded = wanted > change.most && change.operation != Operation::Replenish;
        self.used = match change.operation {
            Operation::Consume if exceeded && change.hard => self.used,
            Operation::Consume | Operation::Update => wanted,
            Operation::Check => self.used,
            Operation::Replenish => self.used.saturating_sub(change.weight),
        };
        let reset = self.end().map_or(Duration::ZERO, |end| end.duration_since(now));
        Count { exceeded, no_room: false, remaining: change.most.saturating_sub(self.used), reset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::cache::Fingerprint;

    fn change(key: &str, operation: Operation, weight: u64) -> Change {
        let (limit, key) = (Fingerprint::new("limit").key(), Fingerprint::new(key).key());
        Change { limit, key, operation, weight, most: 3, hard: true, window: Some(Duration::from_secs(60)) }
    }

    fn count(all: &Memory, change: &Change) -> Count {
        match all.change(change) {
            Counting::Ready(count) => count,
            Counting::Wait(_) => panic!("memory does not wait"),
        }
    }

    fn apply(all: &Memory, change: &Change) -> (bool, u64) {
        let count = count(all, change);
        (count.exceeded, count.remaining)
    }

    fn held(all: &Memory) -> (usize, usize) {
        let shards = all.shards.iter().map(|shard| shard.lock().unwrap());
        shards.fold((0, 0), |(counters, ends), shard| {
            (counters + shard.limits.values().map(HashMap::len).sum::<usize>(), ends + shard.ends.len())
        })
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

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_keys_neither_fills_the_memory_nor_ends_a_counter() {
        let all = Memory::default();
        let spent = change("spent", Operation::Consume, 3);
        assert_eq!(apply(&all, &spent), (false, 0));
        tokio::time::advance(Duration::from_secs(10)).await;
        for number in 0..SHARDS * EACH + 20_000 {
            apply(&all, &change(&number.to_string(), Operation::Consume, 1));
        }
        assert!(held(&all).0 <= SHARDS * EACH && held(&all).1 <= SHARDS * EACH, "{:?}", held(&all));
        assert_eq!(all.metrics.held.get() as usize, held(&all).0);
        assert!(all.metrics.refused.get() > 10_000);
        assert_eq!(apply(&all, &spent), (true, 0));
        // A key that has no room is told when there may be some; another limit has room of its own.
        let new = (0..).map(|number| change(&format!("new {number}"), Operation::Consume, 1));
        let refused = new.map(|change| count(&all, &change)).find(|count| count.no_room).unwrap();
        assert!(refused.exceeded && refused.reset <= Duration::from_secs(60), "{refused:?}");
        let other = Change { limit: Fingerprint::new("other").key(), ..spent.clone() };
        assert_eq!(apply(&all, &other), (false, 0));
        // Windows that have ended make room, and counters that began anew stay.
        tokio::time::advance(Duration::from_secs(50)).await;
        assert_eq!(apply(&all, &spent), (false, 0));
        tokio::time::advance(Duration::from_secs(20)).await;
        for number in 0..10 * SHARDS {
            assert_eq!(apply(&all, &change(&format!("late {number}"), Operation::Consume, 1)), (false, 2));
        }
        assert_eq!(apply(&all, &spent), (true, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_counter_without_a_window_goes_when_nothing_is_counted() {
        let all = Memory::default();
        let enter = Change { window: None, ..change("a", Operation::Consume, 1) };
        let leave = Change { operation: Operation::Replenish, ..enter };
        for (change, expected) in
            [(&enter, (false, 2)), (&enter, (false, 1)), (&leave, (false, 2)), (&leave, (false, 3))]
        {
            assert_eq!(apply(&all, change), expected);
        }
        assert_eq!(apply(&all, &leave), (false, 3));
        assert_eq!(held(&all), (0, 0));
    }
}
