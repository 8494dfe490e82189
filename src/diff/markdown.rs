//! The differences for a pull request.

use std::fmt::Write as _;

use super::changes::{Changes, Topic, Weight};
use super::text::subjects;
use crate::base::Printable;

/// All changes as Markdown: a table a topic, lines of long texts below it.
pub fn markdown(changes: &Changes) -> String {
    if changes.0.is_empty() {
        return "Nothing that is served has changed.\n".to_owned();
    }
    let careful = changes.0.iter().filter(|change| change.weight == Weight::Careful).count();
    let mut out = format!("{} of {} changes need care (`!`).\n", careful, changes.0.len());
    let mut topic: Option<Topic> = None;
    for change in &changes.0 {
        if topic != Some(change.topic) {
            let _ = write!(out, "\n### {}\n\n| | where | what | place |\n|---|---|---|---|\n", change.topic.title());
            topic = Some(change.topic);
        }
        let (sentence, place) = (cell(&change.sentence), cell(&change.place));
        let mut what = sentence;
        if !change.lines.is_empty() {
            let lines = change.lines.iter().map(|line| format!("<code>{}</code>", code(line)));
            let _ = write!(what, "<br>{}", lines.collect::<Vec<_>>().join("<br>"));
        }
        let subjects = cell(&subjects(&change.subjects));
        let _ = writeln!(out, "| {} | {subjects} | {what} | {place} |", change.weight.sign());
    }
    out
}

/// A text in a cell of a table: nothing in it is read as Markdown or HTML but the code that it quotes.
fn cell(text: &str) -> String {
    let text = text.replace('\n', " ");
    Printable(&text).to_string().replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|")
}

/// A text as code in HTML.
fn code(text: &str) -> String {
    cell(text).replace('`', "&#96;").replace('*', "&#42;").replace('_', "&#95;")
}
