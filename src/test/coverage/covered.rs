//! The steps of documents, and how often each has run.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::parts::{Block, Part, parts};
use crate::assembly;
use crate::base::Findings;
use crate::load::Load;
use crate::runtime::StepSpan;
use crate::source::Environment;

/// The steps of documents, with the number of their runs.
#[derive(Debug, Default)]
pub struct Coverage {
    /// By their places, in the order of the documents.
    steps: IndexMap<String, Part>,
    blocks: IndexMap<String, Block>,
    /// How often each step has run, by its place.
    hits: HashMap<String, usize>,
}

impl Coverage {
    /// Adds the steps of the documents of a load.
    pub(in crate::test) fn add(&mut self, load: &Load, environment: &dyn Environment) {
        for api in &load.apis {
            let found = assembly::find(api, environment, None, &load.values, &mut Findings::default());
            for assembly in found.all.iter().chain(&found.missing) {
                let (steps, blocks) = parts(assembly, &load.sources);
                self.steps.extend(steps.into_iter().map(|step| (step.place.clone(), step)));
                self.blocks.extend(blocks.into_iter().map(|block| (block.place.clone(), block)));
            }
        }
    }

    /// The titles of the steps.
    pub(in crate::test) fn titles(&self) -> Vec<String> {
        self.steps.values().map(|step| step.title.clone()).collect()
    }

    /// Counts the steps of a request.
    pub(in crate::test) fn ran(&mut self, spans: &[StepSpan]) {
        for span in spans {
            *self.hits.entry(span.step.place.to_string()).or_default() += 1;
        }
    }

    pub(super) fn hits(&self, place: &str) -> usize {
        self.hits.get(place).copied().unwrap_or_default()
    }

    /// How often a block has run: as often as its first step.
    pub(super) fn taken(&self, block: &Block) -> usize {
        self.hits(&block.first)
    }

    /// The files, in their order.
    pub(super) fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.steps.values().map(|step| &*step.file).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    pub(super) fn steps_of(&self, file: &str) -> Vec<&Part> {
        let mut steps: Vec<&Part> = self.steps.values().filter(|step| step.file == file).collect();
        steps.sort_by_key(|step| step.line);
        steps
    }

    pub(super) fn blocks_of(&self, file: &str) -> Vec<&Block> {
        let mut blocks: Vec<&Block> = self.blocks.values().filter(|block| block.file == file).collect();
        blocks.sort_by_key(|block| block.line);
        blocks
    }
}
