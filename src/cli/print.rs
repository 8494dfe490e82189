//! What people see.

use std::io::{IsTerminal, Write};

use super::arguments::Format;
use crate::diagnostics::{Findings, Sources, render_human, render_short};

/// The format where none was asked for: code frames for people, lines for programs.
pub fn default_format(stream: &impl IsTerminal) -> Format {
    if stream.is_terminal() { Format::Human } else { Format::Short }
}

/// Prints findings.
pub fn findings(out: &mut impl Write, findings: &Findings, sources: &Sources, format: Format, color: bool) {
    for finding in findings.iter() {
        let text = match format {
            Format::Human => format!("{}\n", render_human(finding, sources, color)),
            Format::Short => render_short(finding, sources),
        };
        // A closed pipe is the reader's decision.
        let _ = writeln!(out, "{text}");
    }
}

/// Prints findings to stderr, as fits it.
pub fn findings_to_stderr(found: &Findings, sources: &Sources) {
    let mut stderr = std::io::stderr().lock();
    let format = default_format(&stderr);
    let color = use_color(&stderr);
    findings(&mut stderr, found, sources, format, color);
}

/// Colours on a terminal, unless NO_COLOR is set.
pub fn use_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
