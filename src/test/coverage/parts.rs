//! The steps of an assembly, and the blocks of steps that run in some cases only.

use crate::assembly::{Assembly, Catch, Faults, Step, step_list};
use crate::base::{Findings, Sources, Span};
use crate::source::Node;

/// A step.
#[derive(Debug)]
pub(super) struct Part {
    /// `file:line:column`, as spans have it.
    pub place: String,
    pub file: String,
    pub line: usize,
    pub title: String,
}

/// Steps that run in some cases only.
#[derive(Debug)]
pub(super) struct Block {
    pub place: String,
    pub file: String,
    pub line: usize,
    /// When it runs, in the words of the document.
    pub label: String,
    /// It answers a fault.
    pub is_catch: bool,
    /// The place of its first step.
    pub first: String,
    /// The place of the step that has it; none for the assembly's own.
    pub owner: Option<String>,
}

/// Longer conditions are cut.
const LONGEST: usize = 60;

/// Keys under which steps hold steps.
const BLOCKS: [&str; 2] = ["execute", "otherwise"];

/// The steps of an assembly, also inside of others, and its blocks.
pub(super) fn parts(assembly: &Assembly, sources: &Sources) -> (Vec<Part>, Vec<Block>) {
    let mut found = Found { sources, steps: Vec::new(), blocks: Vec::new() };
    found.steps(&assembly.execute);
    found.catches(&assembly.catch, None);
    found.steps(&assembly.finally);
    (found.steps, found.blocks)
}

struct Found<'s> {
    sources: &'s Sources,
    steps: Vec<Part>,
    blocks: Vec<Block>,
}

impl Found<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            let (file, line) = self.line(step.policy_span);
            let place = self.sources.place(step.policy_span);
            let title = step.title.as_ref().unwrap_or(&step.policy).to_string();
            self.steps.push(Part { place: place.clone(), file, line, title });
            self.catches(&step.catch, Some(&place));
            self.inside(&step.config, &place);
        }
    }

    fn catches(&mut self, entries: &[Catch], owner: Option<&str>) {
        for entry in entries {
            let names = match &entry.faults {
                Faults::Default => "default".to_owned(),
                Faults::Named(names) => names.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(", "),
            };
            self.block(entry.span, format!("catch {names}"), true, &entry.execute, owner);
        }
    }

    /// The blocks in the configuration of a step.
    fn inside(&mut self, node: &Node, owner: &str) {
        for entry in node.entries() {
            match BLOCKS.contains(&&*entry.key.text) && entry.value.is_sequence() {
                true => {
                    let steps = step_list(&entry.value, &entry.key.text, &mut Findings::default());
                    let label = if &*entry.key.text == "otherwise" { "otherwise".to_owned() } else { condition(node) };
                    self.block(entry.key.span, label, false, &steps, Some(owner));
                }
                false => self.inside(&entry.value, owner),
            }
        }
        node.items().iter().for_each(|item| self.inside(item, owner));
    }

    /// A block without steps cannot be seen to run, so it does not count.
    fn block(&mut self, span: Span, label: String, is_catch: bool, steps: &[Step], owner: Option<&str>) {
        if let Some(first) = steps.first() {
            let (file, line) = self.line(span);
            let (place, first) = (self.sources.place(span), self.sources.place(first.policy_span));
            let owner = owner.map(str::to_owned);
            self.blocks.push(Block { place, file, line, label: cut(&label), is_catch, first, owner });
        }
        self.steps(steps);
    }

    fn line(&self, span: Span) -> (String, usize) {
        (self.sources.file(span.source).name.to_string(), self.sources.position(span).line)
    }
}

/// When a block runs, in the words of the document.
fn condition(owner: &Node) -> String {
    let operation = |one: &Node| match (one.text(), one.get("verb"), one.get("path")) {
        (Some(id), ..) => id.to_owned(),
        (None, Some(verb), Some(path)) => {
            format!("{} {}", verb.text().unwrap_or_default().to_uppercase(), path.text().unwrap_or_default())
        }
        _ => one.get("operationId").and_then(Node::text).unwrap_or_default().to_owned(),
    };
    let operations = owner.get("operations").map(Node::items).unwrap_or_default();
    let condition = owner.get("condition").and_then(Node::text).map(str::to_owned);
    let names: Vec<String> = operations.iter().map(operation).collect();
    condition.or_else(|| (!names.is_empty()).then(|| names.join(", "))).unwrap_or_else(|| "its steps".to_owned())
}

/// One line of a length that can be shown.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}
