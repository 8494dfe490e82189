//! The steps of a route, in their order, each with the blocks that it is in.

use similar::{Algorithm, DiffOp, TextDiff, capture_diff_slices};

use super::changes::{Change, Changes, Topic, Weight};
use super::properties::{Text, Written, written};
use crate::assembly::{Assembly, Catch, Faults, Step, step_list};
use crate::base::{Findings, Span};
use crate::policies;
use crate::policy::BLOCKS;
use crate::source::Node;

/// Lines of a long text that a change shows.
const MOST_LINES: usize = 12;

/// Properties of what is called.
const CALLED: [&str; 8] =
    ["target-url", "function", "allowed-functions", "qualifier", "region", "endpoint", "verb", "aws-assume-role-arn"];

/// Properties that bound a step.
const LIMITS: [&str; 9] = [
    "timeout",
    "connect-timeout",
    "max-concurrency",
    "retry",
    "rate-limit",
    "count-limit",
    "burst-limit",
    "cache",
    "cache-ttl",
];

/// A step.
#[derive(Debug)]
pub(super) struct StepFacts {
    /// The blocks around it, its policy and its title: what makes it the same step in both.
    pub name: String,
    pub properties: Written,
    pub place: String,
}

/// The steps of an assembly.
pub(super) fn of_assembly(assembly: &Assembly, place: &dyn Fn(Span) -> String) -> Vec<StepFacts> {
    let mut all = Vec::new();
    add(&assembly.execute, "", place, &mut all);
    handlers(&assembly.catch, "", place, &mut all);
    add(&assembly.finally, "finally: ", place, &mut all);
    all
}

fn handlers(catches: &[Catch], around: &str, place: &dyn Fn(Span) -> String, all: &mut Vec<StepFacts>) {
    for catch in catches {
        let names = match &catch.faults {
            Faults::Default => "default".to_owned(),
            Faults::Named(names) => names.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(", "),
        };
        add(&catch.execute, &format!("{around}catch {names}: "), place, all);
    }
}

fn add(steps: &[Step], around: &str, place: &dyn Fn(Span) -> String, all: &mut Vec<StepFacts>) {
    for step in steps {
        let title = step.title.as_ref().map(|title| format!(" \"{title}\"")).unwrap_or_default();
        let name = format!("{around}`{}`{title}", step.policy);
        let canonical = policies::find(&step.policy)
            .map_or_else(|| step.config.clone(), |entry| entry.shape().rename(&step.config, &mut Findings::default()));
        let mut properties = written(&canonical, &is_block, place);
        if let Some((version, span)) = &step.version {
            let version = Text { text: version.to_string(), place: place(*span), is_secret: false };
            properties.insert("version".to_owned(), version);
        }
        all.push(StepFacts { name: name.clone(), properties, place: place(step.policy_span) });
        blocks(&canonical, &format!("{name} › "), place, all);
        handlers(&step.catch, &format!("{name} › "), place, all);
    }
}

fn is_block(key: &str, node: &Node) -> bool {
    BLOCKS.contains(&key) && node.is_sequence()
}

/// The steps inside of a step.
fn blocks(node: &Node, around: &str, place: &dyn Fn(Span) -> String, all: &mut Vec<StepFacts>) {
    for entry in node.entries() {
        match is_block(&entry.key.text, &entry.value) {
            true => add(&step_list(&entry.value, &entry.key.text, &mut Findings::default()), around, place, all),
            false => blocks(&entry.value, around, place, all),
        }
    }
    for (index, item) in node.items().iter().enumerate() {
        blocks(item, &format!("{around}{} › ", index + 1), place, all);
    }
}

/// The differences of the steps of a route.
pub(super) fn compare(route: &str, old: &[StepFacts], new: &[StepFacts], changes: &mut Changes) {
    let names = |steps: &[StepFacts]| steps.iter().map(|step| step.name.clone()).collect::<Vec<_>>();
    let (before, after) = (names(old), names(new));
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            for (old, new) in old[old_range].iter().zip(&new[new_range]) {
                properties(route, &new.name, &old.properties, &new.properties, &new.place, changes);
            }
            continue;
        }
        for step in &old[old_range] {
            let sentence = format!("{} is gone", step.name);
            changes.add(route, Change::new(Topic::Steps, Weight::Removed, sentence, step.place.clone()));
        }
        for (step, at) in new[new_range.clone()].iter().zip(new_range) {
            let sentence = match at.checked_sub(1).and_then(|before| after.get(before)) {
                Some(before) => format!("{} is new, after {before}", step.name),
                None => format!("{} is new, first of all", step.name),
            };
            changes.add(route, Change::new(Topic::Steps, Weight::Added, sentence, step.place.clone()));
            for (name, value) in &step.properties {
                if topic(name) == Topic::Calls {
                    let sentence = format!("{}: {name} is {}", step.name, shown(value));
                    changes.add(route, Change::new(Topic::Calls, Weight::Added, sentence, value.place.clone()));
                }
            }
        }
    }
}

/// The differences of what is written below one thing.
pub(super) fn properties(subject: &str, owner: &str, old: &Written, new: &Written, place: &str, changes: &mut Changes) {
    let is_step = owner.contains('`');
    let named = |name: &str| if is_step { format!("{owner}: {name}") } else { name.to_owned() };
    let of = |name: &str| if is_step { topic(name) } else { Topic::Properties };
    for (name, value) in new {
        let change = |weight, sentence| Change::new(of(name), weight, sentence, value.place.clone());
        match old.get(name) {
            Some(before) if before.text == value.text => {}
            None => changes.add(subject, change(Weight::Added, format!("{} is {}", named(name), shown(value)))),
            Some(before) if before.text.contains('\n') || value.text.contains('\n') => {
                let lines = if value.is_secret { Vec::new() } else { lines(&before.text, &value.text) };
                let change = change(Weight::Changed, format!("{} has changed", named(name)));
                changes.add(subject, Change { lines, ..change });
            }
            Some(before) => {
                let sentence = format!("{} was {}, is {}", named(name), shown(before), shown(value));
                changes.add(subject, change(Weight::Changed, sentence));
            }
        }
    }
    for (name, value) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
        let sentence = format!("{} was {}, is gone", named(name), shown(value));
        changes.add(subject, Change::new(of(name), Weight::Removed, sentence, place.to_owned()));
    }
}

/// The topic of a step's property.
fn topic(pointer: &str) -> Topic {
    let name = pointer.split('/').next().unwrap_or(pointer);
    match name {
        name if CALLED.contains(&name) => Topic::Calls,
        name if LIMITS.contains(&name) => Topic::Limits,
        _ => Topic::Steps,
    }
}

/// A value as a sentence quotes it.
fn shown(value: &Text) -> String {
    if value.is_secret {
        return "a secret".to_owned();
    }
    let mut lines = value.text.lines();
    let first: String = lines.next().unwrap_or_default().chars().take(120).collect();
    let more = lines.next().is_some() || first.len() < value.text.trim_end().len();
    format!("`{first}{}`", if more { "…" } else { "" })
}

/// The lines that came and went.
fn lines(old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(old, new);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    let mut all: Vec<String> =
        changed.map(|change| format!("{} {}", change.tag(), change.value().trim_end())).collect();
    if all.len() > MOST_LINES {
        let more = all.len() - MOST_LINES;
        all.truncate(MOST_LINES);
        all.push(format!("… and {more} more"));
    }
    all
}
