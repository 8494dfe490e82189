//! TAP, version 14.

use serde_json::json;

use crate::base::Printable;
use crate::test::outcome::{Failure, Outcome};

/// A line for each test, and the details of those that have failed in YAML.
pub fn tap(outcome: &Outcome) -> String {
    let broken: Vec<_> = outcome.files.iter().filter(|file| file.findings.errors() > 0).collect();
    let mut text = format!("TAP version 14\n1..{}\n", outcome.tests().count() + broken.len());
    let mut number = 0;
    for test in outcome.tests() {
        number += 1;
        let result = if test.failures.is_empty() { "ok" } else { "not ok" };
        text.push_str(&format!("{result} {number} - {}\n", escaped(&test.name)));
        if !test.failures.is_empty() {
            text.push_str(&details(&test.place, &test.failures));
        }
    }
    for file in broken {
        number += 1;
        text.push_str(&format!("not ok {number} - {}: not run\n", escaped(&file.file.display().to_string())));
    }
    text
}

/// JSON is YAML, so the values of the block are JSON texts.
fn details(place: &str, failures: &[Failure]) -> String {
    let mut text = format!("  ---\n  at: {}\n  failures:\n", json!(place));
    for failure in failures {
        text.push_str(&format!("    - message: {}\n      at: {}\n", json!(failure.message), json!(failure.place)));
        for (key, value) in [("difference", &failure.difference), ("step", &failure.step)] {
            if let Some(value) = value {
                text.push_str(&format!("      {key}: {}\n", json!(value)));
            }
        }
    }
    text.push_str("  ...\n");
    text
}

/// A description in one line, without a directive.
fn escaped(text: &str) -> String {
    let line = text.replace('\\', "\\\\").replace('#', "\\#").replace(['\n', '\r'], " ");
    Printable(&line).to_string()
}
