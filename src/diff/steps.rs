//! The steps of a route, in their order, each with the blocks that it is in.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::changes::{Change, Changes, Topic, Weight};
use super::properties::{Text, Written, is_same, written};
use super::values::{self, Owner, shown};
use crate::assembly::{Assembly, Catch, Faults, Step, step_list};
use crate::base::{Findings, Span};
use crate::policies;
use crate::policy::BLOCKS;
use crate::source::Node;

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
    policy: String,
}

impl StepFacts {
    /// Whether it is the same step, perhaps elsewhere or under another title.
    fn is(&self, other: &StepFacts) -> bool {
        self.policy == other.policy && is_same(&self.properties, &other.properties)
    }
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
        let name = format!("{around}catch {names}");
        add(&catch.execute, &format!("{name}: "), place, all);
        // One without steps takes its faults all the same.
        if catch.execute.is_empty() {
            all.push(StepFacts { name, properties: Written::new(), place: place(catch.span), policy: String::new() });
        }
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
            let version = Text { text: version.to_string(), kind: "text", place: place(*span), is_secret: false };
            properties.insert("version".to_owned(), version);
        }
        let policy = step.policy.to_string();
        all.push(StepFacts { name: name.clone(), properties, place: place(step.policy_span), policy });
        blocks(&canonical, &format!("{name} › "), place, all);
        handlers(&step.catch, &format!("{name} › "), place, all);
    }
}

fn is_block(_: &str, key: &str, node: &Node) -> bool {
    BLOCKS.contains(&key) && node.is_sequence()
}

/// The steps inside of a step.
fn blocks(node: &Node, around: &str, place: &dyn Fn(Span) -> String, all: &mut Vec<StepFacts>) {
    for entry in node.entries() {
        match is_block("", &entry.key.text, &entry.value) {
            true => add(&step_list(&entry.value, &entry.key.text, &mut Findings::default()), around, place, all),
            false => blocks(&entry.value, around, place, all),
        }
    }
    for (index, item) in node.items().iter().enumerate() {
        let label = operations(item).unwrap_or_else(|| (index + 1).to_string());
        blocks(item, &format!("{around}{label} › "), place, all);
    }
}

/// The operations of a case, as `operation-switch` names them.
fn operations(case: &Node) -> Option<String> {
    let one = |node: &Node| match (node.text(), node.get("verb"), node.get("path")) {
        (Some(id), ..) => Some(id.to_owned()),
        (None, Some(verb), Some(path)) => Some(format!("{} {}", verb.text()?.to_uppercase(), path.text()?)),
        _ => None,
    };
    let named: Vec<String> = case.get("operations")?.items().iter().filter_map(one).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

/// The differences of the steps of a route.
pub(super) fn compare(route: &str, old: &[StepFacts], new: &[StepFacts], changes: &mut Changes) {
    let names = |steps: &[StepFacts]| steps.iter().map(|step| step.name.clone()).collect::<Vec<_>>();
    let (before, after) = (names(old), names(new));
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            old[old_range].iter().zip(&new[new_range]).for_each(|(old, new)| of_step(route, old, new, changes));
            continue;
        }
        gone.extend(&old[old_range]);
        came.extend(new[new_range.clone()].iter().zip(new_range));
    }
    // The same step at another place, or under another title.
    let known =
        came.iter().map(|(step, _)| gone.iter().position(|one: &&StepFacts| one.is(step)).map(|at| gone.remove(at)));
    let known: Vec<Option<&StepFacts>> = known.collect();
    for step in gone {
        let sentence = format!("{} is gone", step.name);
        changes.add(route, Change::new(Topic::Steps, Weight::Removed, sentence, step.place.clone()));
    }
    for ((step, at), same) in came.into_iter().zip(known) {
        let after = match at.checked_sub(1).and_then(|before| after.get(before)) {
            Some(before) => format!("after {before}"),
            None => "first of all".to_owned(),
        };
        let add = |topic, weight, sentence, place: &str, changes: &mut Changes| {
            changes.add(route, Change::new(topic, weight, sentence, place.to_owned()));
        };
        if let Some(same) = same {
            let sentence = match same.name == step.name {
                true => format!("{} has moved, {after}", step.name),
                false => format!("{} is {} now, {after}", same.name, step.name),
            };
            add(Topic::Steps, Weight::Changed, sentence, &step.place, changes);
            continue;
        }
        add(Topic::Steps, Weight::Added, format!("{} is new, {after}", step.name), &step.place, changes);
        for (name, value) in step.properties.iter().filter(|(name, _)| topic(name) == Topic::Calls) {
            let sentence = format!("{}: {name} is {}", step.name, shown(value));
            add(Topic::Calls, Weight::Added, sentence, &value.place, changes);
        }
    }
}

fn of_step(route: &str, old: &StepFacts, new: &StepFacts, changes: &mut Changes) {
    let owner = Owner { subject: route, name: &new.name, topic: &topic, careful: &|_| false };
    values::compare(&owner, &old.properties, &new.properties, changes);
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
