//! One line per finding: `file:line:column: error CODE message`, for pipes and editors.

use super::{Diagnostic, Printable, Sources};

/// The line of one finding, without a line break at its end.
pub fn render(finding: &Diagnostic, sources: &Sources) -> String {
    let severity = finding.severity.word();
    let mut line =
        format!("{}: {severity} {} {}", sources.place(finding.span), finding.code.id, one_line(&finding.message));
    for label in &finding.labels {
        line.push_str(&format!(" ({}: {})", one_line(&label.text), sources.place(label.span)));
    }
    if let Some(help) = &finding.help {
        line.push_str(&format!("; {}", one_line(&help.sentence)));
    }
    line
}

/// Messages may quote text from a file; no character of it may break the line or act on a terminal.
fn one_line(text: &str) -> String {
    Printable(&text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ")).to_string()
}
