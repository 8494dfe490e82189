//! Every step of a document, also inside of others.

use std::collections::HashSet;

use super::{Assemblies, Assembly, Step, step_list};
use crate::base::{Findings, Span};
use crate::source::{Entry, Node, kebab_case};

/// A step and where it runs.
#[derive(Debug, Clone)]
pub struct Placed {
    pub step: Step,
    /// It answers a fault.
    pub in_handler: bool,
}

/// Keys under which steps hold steps.
const BLOCKS: [&str; 3] = ["execute", "otherwise", "default"];

impl Assembly {
    /// Its steps, in no order that matters.
    pub fn steps(&self) -> Vec<Placed> {
        let mut all = Vec::new();
        add(&self.execute, false, &mut all);
        for entry in &self.catch {
            add(&entry.execute, true, &mut all);
        }
        add(&self.finally, false, &mut all);
        all
    }
}

impl Assemblies {
    /// The steps of all assemblies, in the order of the document. Operations share assemblies, and these handlers; each step
    /// comes once.
    pub fn steps(&self) -> Vec<Placed> {
        let mut all: Vec<Placed> = self.all.iter().flat_map(Assembly::steps).collect();
        let mut known: HashSet<Span> = HashSet::new();
        all.retain(|one: &Placed| known.insert(one.step.span));
        all.sort_by_key(|one| (one.step.span.source, one.step.span.start));
        all
    }
}

fn add(steps: &[Step], in_handler: bool, all: &mut Vec<Placed>) {
    for step in steps {
        all.push(Placed { step: step.clone(), in_handler });
        for entry in &step.catch {
            add(&entry.execute, true, all);
        }
        below(&step.config, in_handler, all);
    }
}

fn below(node: &Node, in_handler: bool, all: &mut Vec<Placed>) {
    for Entry { key, value } in node.entries() {
        match BLOCKS.contains(&&*key.text) && value.is_sequence() {
            true => add(&step_list(value, &key.text, &mut Findings::default()), in_handler, all),
            false => below(value, in_handler, all),
        }
    }
    node.items().iter().for_each(|item| below(item, in_handler, all));
}

impl Step {
    /// A property, in whatever spelling it is written.
    pub fn property(&self, name: &str) -> Option<&Entry> {
        self.config.entries().iter().find(|entry| kebab_case(&entry.key.text) == name)
    }
}
