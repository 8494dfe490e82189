//! Every step of a document, also inside of others.

use crate::assembly::{Assemblies, Step, step_list};
use crate::diagnostics::{Findings, Span};
use crate::source::{Entry, Node, kebab_case};

/// A step and where it runs.
pub(super) struct AuditedStep {
    pub step: Step,
    /// It answers a fault.
    pub in_handler: bool,
}

/// Keys under which steps hold steps.
const BLOCKS: [&str; 3] = ["execute", "otherwise", "default"];

/// The steps of all assemblies. Operations share assemblies, and these handlers, so each step comes once.
pub(super) fn all(found: &Assemblies) -> Vec<AuditedStep> {
    let mut all = Vec::new();
    for assembly in &found.all {
        add(&assembly.execute, false, &mut all);
        add(&assembly.finally, false, &mut all);
        for entry in &assembly.catch {
            add(&entry.execute, true, &mut all);
        }
    }
    let mut known: std::collections::HashSet<Span> = std::collections::HashSet::new();
    all.retain(|one: &AuditedStep| known.insert(one.step.span));
    all
}

fn add(steps: &[Step], in_handler: bool, all: &mut Vec<AuditedStep>) {
    for step in steps {
        for entry in &step.catch {
            add(&entry.execute, true, all);
        }
        below(&step.config, in_handler, all);
        all.push(AuditedStep { step: step.clone(), in_handler });
    }
}

fn below(node: &Node, in_handler: bool, all: &mut Vec<AuditedStep>) {
    for Entry { key, value } in node.entries() {
        match BLOCKS.contains(&&*key.text) && value.is_sequence() {
            true => add(&step_list(value, &key.text, &mut Findings::default()), in_handler, all),
            false => below(value, in_handler, all),
        }
    }
    node.items().iter().for_each(|item| below(item, in_handler, all));
}

impl AuditedStep {
    /// A property, in whatever spelling it is written.
    pub(super) fn property(&self, name: &str) -> Option<&Entry> {
        self.step.config.entries().iter().find(|entry| kebab_case(&entry.key.text) == name)
    }
}
