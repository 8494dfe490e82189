//! The differences for a terminal, in 80 columns where the names are not longer.

use std::fmt::Write as _;

use super::changes::{Changes, Topic};
use crate::base::Printable;

/// Routes that one change names.
const MOST_SUBJECTS: usize = 6;

/// All changes, by topic.
pub fn text(changes: &Changes) -> String {
    let (mut out, mut topic): (String, Option<Topic>) = (String::new(), None);
    for change in &changes.0 {
        if topic != Some(change.topic) {
            let gap = if topic.is_some() { "\n" } else { "" };
            let _ = writeln!(out, "{gap}{}", change.topic.title());
            topic = Some(change.topic);
        }
        let _ = writeln!(out, "  {} {}", change.weight.sign(), Printable(&subjects(&change.subjects)));
        let _ = writeln!(out, "      {}", Printable(&change.sentence));
        for line in &change.lines {
            let _ = writeln!(out, "        {}", Printable(line));
        }
        let _ = writeln!(out, "      {}", Printable(&change.place));
    }
    out
}

/// The subjects of a change, as many as fit.
pub(super) fn subjects(all: &[String]) -> String {
    let mut shown = all.iter().take(MOST_SUBJECTS).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > MOST_SUBJECTS {
        let _ = write!(shown, " and {} more", all.len() - MOST_SUBJECTS);
    }
    shown
}
