//! Findings for scripts: one list of objects.

use serde_json::{Value, json};

use super::{Diagnostic, Sources, Span};

/// The list of these findings.
pub fn report<'a>(findings: impl IntoIterator<Item = (&'a Diagnostic, &'a Sources)>) -> Value {
    findings.into_iter().map(|(finding, sources)| one(finding, sources)).collect()
}

fn one(finding: &Diagnostic, sources: &Sources) -> Value {
    let labels = finding.labels.iter().map(|label| with_place(json!({"message": label.text}), label.span, sources));
    let base = json!({
        "code": finding.code.id,
        "severity": finding.severity.word(),
        "message": finding.message,
        "help": finding.help.as_ref().map(|help| &help.sentence),
        "instead": finding.help.as_ref().and_then(|help| help.instead.as_ref()),
        "related": labels.collect::<Value>(),
    });
    with_place(base, finding.span, sources)
}

/// Adds `file`, `line`, `column`, `end_line`, `end_column`; all counted from 1, columns in characters.
fn with_place(mut object: Value, span: Span, sources: &Sources) -> Value {
    let (start, end) = (sources.position(span), sources.end(span));
    object["file"] = json!(&*sources.file(span.source).name);
    for (key, number) in
        [("line", start.line), ("column", start.column), ("end_line", end.line), ("end_column", end.column)]
    {
        object[key] = number.into();
    }
    object
}
