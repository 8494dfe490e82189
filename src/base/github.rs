//! Workflow commands, which GitHub shows next to the changed lines of a pull request.

use super::{Diagnostic, Severity, Sources};

/// The command of one finding, without a line break at its end.
pub fn render(finding: &Diagnostic, sources: &Sources) -> String {
    let (start, end) = (sources.position(finding.span), sources.end(finding.span));
    let file = property(&sources.file(finding.span.source).name);
    let place =
        format!("file={file},line={},endLine={},col={},endColumn={}", start.line, end.line, start.column, end.column);
    let title = property(&format!("{}: {}", finding.code.id, finding.code.title));
    let help = finding.help.as_ref().map(|help| format!("; {}", help.sentence)).unwrap_or_default();
    let command = if finding.severity == Severity::Note { "notice" } else { finding.severity.word() };
    format!("::{command} {place},title={title}::{}", data(&format!("{}{help}", finding.message)))
}

/// Escapes what would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
