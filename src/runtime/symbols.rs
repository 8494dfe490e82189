//! The variables of a pipeline.

use std::sync::Arc;

use indexmap::IndexMap;

/// Names and numbers of the variables. Most pipelines have none, and nothing is made for those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols(Option<Box<IndexMap<Arc<str>, ()>>>);

impl Symbols {
    /// The number of a name, given out now if it is new. `None` when a pipeline has 65,536 variables.
    pub fn intern(&mut self, name: &str) -> Option<u16> {
        let names = self.0.get_or_insert_default();
        let index = names.get_index_of(name).unwrap_or_else(|| names.insert_full(name.into(), ()).0);
        u16::try_from(index).ok()
    }

    /// The number of a known name.
    pub fn find(&self, name: &str) -> Option<u16> {
        self.0.as_ref()?.get_index_of(name).and_then(|index| u16::try_from(index).ok())
    }

    /// The name of a number.
    pub fn name(&self, slot: u16) -> &str {
        self.0.as_ref().and_then(|names| names.get_index(slot.into())).map_or("", |(name, ())| name)
    }

    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |names| names.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
