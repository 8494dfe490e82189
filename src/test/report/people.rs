//! The report for people.

use crate::base::Printable;
use crate::test::outcome::{Failure, Outcome, TestOutcome};

/// How a report is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signs {
    /// ✓ and ✗ in the place of words.
    pub symbols: bool,
    pub color: bool,
}

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const PLAIN: &str = "\u{1b}[0m";

/// Every test with its failures, and how many there are.
pub fn people(outcome: &Outcome, signs: Signs) -> String {
    let mut text = String::new();
    for file in &outcome.files {
        text.push_str(&format!("{}\n", Printable(&file.file.display().to_string())));
        for test in &file.tests {
            text.push_str(&line(test, signs));
            test.failures.iter().for_each(|failure| text.push_str(&shown(failure, signs)));
        }
        match file.findings.errors() {
            0 => {}
            1 => text.push_str("  not run: 1 error\n"),
            errors => text.push_str(&format!("  not run: {errors} errors\n")),
        }
    }
    text.push_str(&summary(outcome));
    text
}

fn line(test: &TestOutcome, signs: Signs) -> String {
    let passed = test.failures.is_empty();
    let sign = match (passed, signs.symbols) {
        (true, true) => "✓",
        (false, true) => "✗",
        (true, false) => "ok  ",
        (false, false) => "FAIL",
    };
    let sign = match (signs.color, passed) {
        (true, true) => format!("{GREEN}{sign}{PLAIN}"),
        (true, false) => format!("{RED}{sign}{PLAIN}"),
        (false, _) => sign.to_owned(),
    };
    format!("  {sign} {} ({} ms)\n", Printable(&test.name), test.took.as_millis())
}

fn shown(failure: &Failure, signs: Signs) -> String {
    let mut text = format!("    {}: {}\n", Printable(&failure.place), Printable(&failure.message));
    for line in failure.difference.iter().flat_map(|difference| difference.lines()) {
        let color = match line.chars().next().filter(|_| signs.color) {
            Some('-') => RED,
            Some('+') => GREEN,
            _ => "",
        };
        let end = if color.is_empty() { "" } else { PLAIN };
        text.push_str(&format!("      {color}{}{end}\n", Printable(line)));
    }
    if let Some(step) = &failure.step {
        text.push_str(&format!("      {}\n", Printable(step)));
    }
    text
}

fn summary(outcome: &Outcome) -> String {
    let (all, failed) = (outcome.tests().count(), outcome.failed());
    let took = outcome.took.as_millis();
    let errors = match outcome.errors() {
        0 => String::new(),
        1 => ", 1 error".to_owned(),
        errors => format!(", {errors} errors"),
    };
    format!("{} passed, {failed} failed{errors} in {took} ms\n", all - failed)
}
