//! `docs/coverage.md`: what of IBM's policies runs, property by property.

use std::fmt::Write;

use super::{GeneratedFile, pages};
use crate::policy::{self, Entry, UNBUILT};

pub(super) fn file() -> GeneratedFile {
    let rows: Vec<Row> = policy::ALL.iter().flat_map(rows).collect();
    let count = |state: &str| rows.iter().filter(|row| row.state == state).count();
    let mut text = format!(
        "# Coverage\n\nWhat of the policies of IBM API Connect and DataPower runs here, property by property. `differs` says how; the pages of \
         the policies\nsay it whole. A property that is refused is an error of `gantry check` at its line, unless it has a value that asks \
         for nothing.\n\n{} policies, {} properties: {} supported, {} differ, {} refused. {} more policies are refused as a whole.\n\n",
        policy::ALL.len(),
        rows.len(),
        count("supported"),
        count("differs"),
        count("refused"),
        UNBUILT.len(),
    );
    for entry in &policy::ALL {
        let meta = entry.meta;
        let _ = write!(text, "## [{0}](policies/{0}.md)\n\nVersions {1}.\n\n", meta.name, meta.versions.join(", "));
        text.push_str("| property | state | |\n|---|---|---|\n");
        for Row { property, state, note, .. } in rows.iter().filter(|row| row.policy == meta.name) {
            let _ = writeln!(text, "| `{property}` | {state} | {note} |");
        }
        text.push('\n');
    }
    text.push_str("## Refused as a whole\n\n");
    for name in UNBUILT {
        let _ = writeln!(text, "* {name}");
    }
    GeneratedFile { path: "docs/coverage.md".to_owned(), text }
}

/// A property and what became of it.
struct Row {
    policy: &'static str,
    property: String,
    state: &'static str,
    note: String,
}

fn rows(entry: &'static Entry) -> Vec<Row> {
    let meta = entry.meta;
    let differences = differences(meta.page);
    let row =
        |property: &str, state, note: String| Row { policy: meta.name, property: property.to_owned(), state, note };
    let built = entry.shape().properties().map(|name| {
        let quoted = format!("`{name}`");
        let notes: Vec<&str> = differences.iter().filter(|text| text.contains(&quoted)).map(String::as_str).collect();
        match notes.as_slice() {
            [] => row(name, "supported", String::new()),
            notes => row(name, "differs", notes.join(" ")),
        }
    });
    let refused = pages::unbuilt(entry).map(|(name, neutral)| {
        let note = match neutral {
            [] => String::new(),
            ["*"] => "accepted, and changes nothing".to_owned(),
            values => format!("unless it is `{}`", values.join("` or `")),
        };
        row(name, "refused", note)
    });
    built.chain(refused).collect()
}

/// The bullets and the rows of a page that say what differs, each on one line.
fn differences(page: &str) -> Vec<String> {
    let Some((_, section)) = page.split_once("### Differences from IBM's policy\n") else { return Vec::new() };
    let section = section.split("\n#").next().unwrap_or_default();
    let bullets = section.split("\n* ").skip(1);
    let bullets = bullets.map(|bullet| bullet.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|"));
    // Below the head of a table and the line under it.
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1).filter_map(row_text);
    bullets.chain(rows).collect()
}

/// What a row says: the thing, how it is there, how it is here.
fn row_text(row: &str) -> Option<String> {
    let mut cells = row.trim_matches(['|', ' ']).split(" | ");
    let (what, there, here) = (cells.next()?, cells.next()?, cells.next()?);
    Some(format!("{}: there {}; here {}.", what.trim(), there.trim(), here.trim()))
}
