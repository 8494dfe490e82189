//! The entries, in the order of their use, and their bounds.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use http::HeaderMap;
use lru::LruCache;

use super::counters::CacheCounters;
use super::key::Key;
use super::stored::Stored;
use crate::settings;

/// Responses of one key that differ by `Vary`; the oldest makes room.
const VARIANTS: usize = 16;

/// Groups of targets whose invalidations are counted together.
const GROUPS: usize = 256;

/// The URL that a response came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target(pub(super) u64);

/// How often a target's group had been invalidated when a request was made. What was asked for before a change is not
/// stored after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(u64);

pub(super) struct Store {
    pub(super) bounds: settings::Cache,
    resources: LruCache<Key, Resource>,
    /// The keys that are stored per target.
    targets: HashMap<Target, HashSet<Key>>,
    bytes: usize,
    entries: usize,
    invalidated: [u64; GROUPS],
    counters: CacheCounters,
}

/// The responses that are stored under one key, the newest last.
struct Resource {
    target: Target,
    variants: Vec<Arc<Stored>>,
}

impl Store {
    pub(super) fn new(bounds: settings::Cache, counters: CacheCounters) -> Self {
        Store {
            bounds,
            resources: LruCache::unbounded(),
            targets: HashMap::new(),
            bytes: 0,
            entries: 0,
            invalidated: [0; GROUPS],
            counters,
        }
    }

    /// The newest response of a key that fits the request.
    pub(super) fn find(&mut self, key: &Key, request: &HeaderMap) -> Option<Arc<Stored>> {
        let resource = self.resources.get(key)?;
        resource.variants.iter().rev().find(|stored| stored.selecting.matches(request)).cloned()
    }

    pub(super) fn stamp(&self, target: Target) -> Stamp {
        Stamp(self.invalidated[group(target)])
    }

    /// Stores a response in the place of the one for the same requests.
    pub(super) fn insert(&mut self, key: Key, target: Target, stamp: Stamp, stored: Arc<Stored>) {
        if self.stamp(target) != stamp || self.bounds.is_off() {
            return;
        }
        if stored.size() > self.bounds.entry_bytes.min(self.bounds.bytes) {
            self.counters.too_large.inc();
            return;
        }
        let mut variants = match self.take(&key) {
            Some(resource) => resource.variants,
            None => Vec::new(),
        };
        variants.retain(|known| known.selecting != stored.selecting);
        if variants.len() >= VARIANTS {
            variants.remove(0);
        }
        variants.push(stored);
        self.put(key, Resource { target, variants });
        self.counters.stored.inc();
        self.shrink();
    }

    /// Takes one response out.
    pub(super) fn remove(&mut self, key: &Key, stored: &Arc<Stored>) {
        let Some(mut resource) = self.take(key) else { return };
        resource.variants.retain(|known| !Arc::ptr_eq(known, stored));
        if !resource.variants.is_empty() {
            self.put(*key, resource);
        }
        self.show();
    }

    /// Takes everything out that came from a target, and what is on its way from there will not come in.
    pub(super) fn invalidate(&mut self, target: Target) {
        let count = &mut self.invalidated[group(target)];
        *count = count.wrapping_add(1);
        for key in self.targets.remove(&target).unwrap_or_default() {
            self.take(&key);
        }
        self.show();
    }

    pub(super) fn resize(&mut self, bounds: settings::Cache) {
        self.bounds = bounds;
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.bytes > self.bounds.bytes || self.entries > self.bounds.entries {
            let Some((key, resource)) = self.resources.pop_lru() else { break };
            self.counters.evicted.inc_by(resource.variants.len() as u64);
            self.forget(&key, &resource);
        }
        self.show();
    }

    fn take(&mut self, key: &Key) -> Option<Resource> {
        let resource = self.resources.pop(key)?;
        self.forget(key, &resource);
        Some(resource)
    }

    /// Puts a resource in as the one that was used last.
    fn put(&mut self, key: Key, resource: Resource) {
        self.bytes += resource.size();
        self.entries += resource.variants.len();
        self.targets.entry(resource.target).or_default().insert(key);
        self.resources.put(key, resource);
    }

    /// Settles the books for a resource that has been taken out.
    fn forget(&mut self, key: &Key, resource: &Resource) {
        self.bytes -= resource.size();
        self.entries -= resource.variants.len();
        if let Some(keys) = self.targets.get_mut(&resource.target) {
            keys.remove(key);
            if keys.is_empty() {
                self.targets.remove(&resource.target);
            }
        }
    }

    fn show(&self) {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.counters.bytes.set(number(self.bytes));
        self.counters.entries.set(number(self.entries));
    }
}

impl Resource {
    fn size(&self) -> usize {
        self.variants.iter().map(|stored| stored.size()).sum()
    }
}

fn group(target: Target) -> usize {
    (target.0 % GROUPS as u64) as usize
}
