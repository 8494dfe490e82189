//! The differences of values.

use similar::TextDiff;

use super::changes::{Change, Changes, Topic, Weight};
use super::properties::{Text, Written};
use crate::runtime::Masks;

/// Lines of a long text that a change shows.
const MOST_LINES: usize = 12;

/// The owner of the values that are compared.
pub(super) struct Owner<'a> {
    /// The route or the API.
    pub subject: &'a str,
    /// In front of the names of values: a step, a parameter; empty where they have names of their own.
    pub name: &'a str,
    /// The topic of a change of a value.
    pub topic: &'a dyn Fn(&str) -> Topic,
    /// Whether a change of a value needs care.
    pub careful: &'a dyn Fn(&str) -> bool,
}

/// Adds the differences.
pub(super) fn compare(owner: &Owner<'_>, old: &Written, new: &Written, changes: &mut Changes) {
    let named = |pointer: &str| match (owner.name, pointer) {
        ("", pointer) => pointer.to_owned(),
        (name, "") => name.to_owned(),
        (name, pointer) => format!("{name}: {pointer}"),
    };
    let change = |pointer: &str, weight, sentence, value: &Text| {
        let weight = if (owner.careful)(pointer) { Weight::Careful } else { weight };
        Change::new((owner.topic)(pointer), weight, sentence, value.place.clone())
    };
    for (pointer, value) in new {
        let name = named(pointer);
        match old.get(pointer) {
            Some(before) if before.is(value, pointer) => {}
            None => {
                let sentence = format!("{name} is {}", shown(value));
                changes.add(owner.subject, change(pointer, Weight::Added, sentence, value));
            }
            Some(before) if before.text.contains('\n') || value.text.contains('\n') => {
                let secret = before.is_secret || value.is_secret;
                let lines = if secret { Vec::new() } else { lines(&before.text, &value.text) };
                let change = change(pointer, Weight::Changed, format!("{name} has changed"), value);
                changes.add(owner.subject, Change { lines, ..change });
            }
            Some(before) => {
                let sentence = became(&name, before, value);
                changes.add(owner.subject, change(pointer, Weight::Changed, sentence, value));
            }
        }
    }
    for (pointer, value) in old.iter().filter(|(pointer, _)| !new.contains_key(*pointer)) {
        let sentence = format!("{} was {}, is gone", named(pointer), shown(value));
        changes.add(owner.subject, change(pointer, Weight::Removed, sentence, value));
    }
}

/// The sentence of a value that changed. Values that look alike are told apart by their kinds, or the change by its fact alone.
fn became(name: &str, before: &Text, value: &Text) -> String {
    let (old, new) = (shown(before), shown(value));
    match old == new {
        true if before.text == value.text => format!("{name} was {old} ({}), is {new} ({})", before.kind, value.kind),
        true => format!("{name} was {old}, is another one"),
        false => format!("{name} was {old}, is {new}"),
    }
}

/// A value as a sentence quotes it.
pub(super) fn shown(value: &Text) -> String {
    if value.is_secret {
        return "a secret".to_owned();
    }
    let masks = Masks::default();
    let text = masks.text(&value.text);
    let mut lines = text.lines();
    let first: String = lines.next().unwrap_or_default().chars().take(120).collect();
    let more = lines.next().is_some() || first.len() < text.trim_end().len();
    format!("`{first}{}`", if more { "…" } else { "" })
}

/// The lines that came and went, without secrets.
pub(super) fn lines(old: &str, new: &str) -> Vec<String> {
    let masks = Masks::default();
    let (old, new) = (masks.text(old), masks.text(new));
    let diff = TextDiff::from_lines(&*old, &*new);
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
