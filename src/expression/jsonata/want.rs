//! The parts of a tree that an expression reads.

use std::sync::Arc;

use indexmap::IndexMap;

/// The parts of a value that are read: all of it, or of objects only these members. Arrays are passed through, as JSONata does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::expression) struct Want {
    pub whole: bool,
    pub members: IndexMap<Arc<str>, Want>,
}

impl Want {
    /// Everything below `path` is wanted.
    pub(super) fn mark(&mut self, path: &[Arc<str>]) {
        let place = path.iter().fold(self, |want, name| want.members.entry(name.clone()).or_default());
        place.whole = true;
    }

    /// The paths at whose ends everything is wanted.
    pub(super) fn leaves(&self) -> Vec<Vec<Arc<str>>> {
        if self.whole {
            return vec![Vec::new()];
        }
        let below = self.members.iter().flat_map(|(name, want)| {
            want.leaves().into_iter().map(|mut leaf| {
                leaf.insert(0, name.clone());
                leaf
            })
        });
        below.collect()
    }
}
