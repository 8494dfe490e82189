//! `docs/variables.md`: every variable of the gateway, from the table that the tests run.

use std::fmt::Write;

use super::generated_file::GeneratedFile;
use crate::runtime::{Known, VARIABLES, Writable};

/// The text before the table.
const INTRODUCTION: &str = include_str!("variables.md");

pub(super) fn file() -> GeneratedFile {
    let mut text = format!("# Variables\n\n{INTRODUCTION}");
    let mut root = "";
    for row in &VARIABLES {
        let own = row.name().split('.').next().unwrap_or_default();
        if own != root {
            root = own;
            let _ = write!(
                text,
                "\n## `{root}`\n\n| variable | type | in | set | meaning | null when |\n|---|---|---|---|---|---|\n"
            );
        }
        let known = match row.known {
            Known::Both => "both",
            Known::V10 => "v10",
            Known::V5 => "v5",
        };
        let writable = match row.writable {
            Writable::No => "no",
            Writable::Both => "yes",
            Writable::V10 => "in v10",
            Writable::V5 => "in v5",
        };
        let missing = if row.missing.is_empty() { "never" } else { row.missing };
        let _ =
            writeln!(text, "| `{}` | {} | {known} | {writable} | {} | {missing} |", row.name(), row.kind, row.meaning);
    }
    GeneratedFile { path: "docs/variables.md".to_owned(), text }
}
