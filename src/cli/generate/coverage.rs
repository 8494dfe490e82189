//! `docs/coverage.md`: what of IBM's policies runs, property by property.

use std::fmt::Write;

use super::generated_file::GeneratedFile;
use crate::policies;
use crate::policy::{Coverage, Covered, Entry};

pub(super) fn file() -> GeneratedFile {
    let rows: Vec<Covered> = policies::ALL.iter().flat_map(Entry::coverage).collect();
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    let mut text = format!(
        "# Coverage\n\nWhat of the policies of IBM API Connect and DataPower runs here, property by property. `differs` says how; the pages of \
         the policies\nsay it whole. A property that is refused is an error of `gantry check` at its line, unless it has a value that asks \
         for nothing.\n\n{} policies, {} properties: {} supported, {} differ, {} refused. {} more policies are refused as a whole.\n\n",
        policies::ALL.len(),
        rows.len(),
        count(Coverage::Supported),
        count(Coverage::Differs),
        count(Coverage::Refused),
        policies::UNBUILT.len(),
    );
    for entry in &policies::ALL {
        let meta = entry.meta;
        let _ = write!(text, "## [{0}](policies/{0}.md)\n\nVersions {1}.\n\n", meta.name, meta.versions.join(", "));
        text.push_str("| property | state | |\n|---|---|---|\n");
        for Covered { property, state, note, .. } in rows.iter().filter(|row| row.policy == meta.name) {
            let _ = writeln!(text, "| `{property}` | {} | {} |", state.word(), note.replace('|', "\\|"));
        }
        text.push('\n');
    }
    text.push_str("## Refused as a whole\n\n");
    for name in policies::UNBUILT {
        let _ = writeln!(text, "* {name}");
    }
    GeneratedFile { path: "docs/coverage.md".to_owned(), text }
}
