//! Output for people.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::arguments::Format;
use crate::base::{Findings, Severity, Sources, json_report, render_github, render_human, render_short, sarif_report};
use crate::telemetry::Stderr;

/// The format where none was asked for: code frames for people, lines for programs.
pub fn default_format(stream: &impl IsTerminal) -> Format {
    if stream.is_terminal() { Format::Human } else { Format::Short }
}

/// Findings, with the texts they point into.
pub type Found<'a> = (&'a Findings, &'a Sources);

/// Findings as one report.
pub fn report(found: &[Found<'_>], format: Format, color: bool) -> String {
    let mut all = found.iter().flat_map(|(findings, sources)| findings.iter().map(move |finding| (finding, *sources)));
    match format {
        Format::Human => all.map(|(finding, sources)| render_human(finding, sources, color) + "\n\n").collect(),
        Format::Short => all.map(|(finding, sources)| render_short(finding, sources) + "\n").collect(),
        Format::Github => all.map(|(finding, sources)| render_github(finding, sources) + "\n").collect(),
        Format::Json => format!("{:#}\n", json_report(&mut all)),
        Format::Sarif => format!("{:#}\n", sarif_report(&mut all)),
    }
}

/// Whether something could not be written to stdout.
static INCOMPLETE: AtomicBool = AtomicBool::new(false);

/// Prints a text on stdout.
pub fn text(text: &str) {
    bytes(text.as_bytes());
}

/// Prints bytes on stdout. Where that fails, to a full disk or a closed pipe, stderr tells it once and the command fails.
pub fn bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(bytes).and_then(|()| out.flush())
        && !INCOMPLETE.swap(true, Ordering::Relaxed)
    {
        // stderr may be closed too.
        let _ = writeln!(std::io::stderr(), "the output is not complete: {error}");
    }
}

/// Whether all that was printed has been written.
pub fn is_complete() -> bool {
    !INCOMPLETE.load(Ordering::Relaxed)
}

/// Prints findings to stderr, as fits it.
pub fn findings_to_stderr(findings: &Findings, sources: &Sources) {
    // A closed pipe is the reader's decision.
    let _ = std::io::stderr().lock().write_all(&for_stderr(findings, sources));
}

/// Hands findings to the queue of stderr, as fits it.
pub fn findings_to(stderr: &Stderr, findings: &Findings, sources: &Sources) {
    match stderr.is_json() {
        true => log_findings(findings, sources),
        false => stderr.write(&for_stderr(findings, sources)),
    }
}

/// Findings as log lines.
fn log_findings(findings: &Findings, sources: &Sources) {
    for finding in findings.iter() {
        let (code, place, help) =
            (finding.code.id, sources.place(finding.span), finding.help.as_ref().map(|help| &*help.sentence));
        match finding.severity {
            Severity::Error => tracing::error!(code, place, help, "{}", finding.message),
            _ => tracing::warn!(code, place, help, "{}", finding.message),
        }
    }
}

fn for_stderr(findings: &Findings, sources: &Sources) -> Vec<u8> {
    let stderr = std::io::stderr();
    report(&[(findings, sources)], default_format(&stderr), use_color(&stderr)).into_bytes()
}

/// Colours on a terminal, unless NO_COLOR is set.
pub fn use_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// JSON with line breaks, where that changes nothing else: numbers can have more digits than are kept.
pub fn json(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(parsed) if serde_json::to_string(&parsed).is_ok_and(|again| again == text) => format!("{parsed:#}"),
        _ => text.to_owned(),
    }
}
