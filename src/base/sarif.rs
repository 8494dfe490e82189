//! SARIF 2.1.0, which code scanning reads.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Code, Diagnostic, Sources, Span};

/// The characters that are encoded in the path of a URI.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The log of one run.
pub fn report<'a>(findings: impl IntoIterator<Item = (&'a Diagnostic, &'a Sources)>) -> Value {
    let mut rules: Vec<Code> = Vec::new();
    let mut results = Vec::new();
    for (finding, sources) in findings {
        let known = rules.iter().position(|rule| *rule == finding.code);
        let index = known.unwrap_or_else(|| {
            rules.push(finding.code);
            rules.len() - 1
        });
        results.push(result(finding, index, sources));
    }
    let rules = rules.iter().map(|code| {
        json!({
            "id": code.id,
            "shortDescription": {"text": code.title},
            "fullDescription": {"text": code.page},
            "help": {"text": format!("Run `gantry explain {}`.", code.id)},
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "gantry",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Diagnostic, rule: usize, sources: &Sources) -> Value {
    let help = finding.help.as_ref().map(|help| format!("\n{}", help.sentence)).unwrap_or_default();
    let related = finding.labels.iter().map(|label| {
        let mut place = location(label.span, sources);
        place["message"] = json!({"text": label.text});
        place
    });
    json!({
        "ruleId": finding.code.id,
        "ruleIndex": rule,
        "level": finding.severity.word(),
        "message": {"text": format!("{}{help}", finding.message)},
        "locations": [location(finding.span, sources)],
        "relatedLocations": related.collect::<Vec<_>>(),
    })
}

fn location(span: Span, sources: &Sources) -> Value {
    let (start, end) = (sources.position(span), sources.end(span));
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&sources.file(span.source).name)},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    }})
}

/// A relative path stays relative: code scanning resolves it against the repository.
fn uri(name: &str) -> String {
    let path = utf8_percent_encode(name.trim_start_matches("./"), PATH);
    if name.starts_with('/') { format!("file://{path}") } else { path.to_string() }
}
