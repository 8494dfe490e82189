//! Results of earlier validations. A schema that is reached in several ways is applied to a place once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::node::NodeId;

/// Results that are kept: some 20 MB at most. Past these nothing is added, and the steps are the limit.
const MOST: usize = 400_000;

/// A schema, the dynamic scope it was reached with, and the place of the value.
type Key = (NodeId, u32, usize);

/// Results of schemas at places.
#[derive(Debug, Default)]
pub(super) struct Memo {
    results: HashMap<Key, bool, BuildHasherDefault<Mix>>,
}

impl Memo {
    pub(super) fn get(&self, key: &Key) -> Option<bool> {
        self.results.get(key).copied()
    }

    pub(super) fn insert(&mut self, key: Key, result: bool) {
        if self.results.len() < MOST {
            self.results.insert(key, result);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.results.len()
    }
}

/// Mixes numbers. Addresses are not chosen by a client, so nothing need hide them.
#[derive(Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93_u128;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}
