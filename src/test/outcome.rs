//! The results of a run of tests.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::{Findings, Sources};

/// A run of test files.
#[derive(Debug, Default)]
pub struct Outcome {
    pub files: Vec<FileOutcome>,
    /// How long all of it took.
    pub took: Duration,
}

/// A test file that was run.
#[derive(Debug)]
pub struct FileOutcome {
    pub file: PathBuf,
    pub sources: Sources,
    /// The findings of the test file and of the documents that it tests.
    pub findings: Findings,
    pub tests: Vec<TestOutcome>,
    /// The documents that it tests, and the files that they refer to.
    pub read: Vec<PathBuf>,
}

/// A test that was run, with one row of its table.
#[derive(Debug, Clone)]
pub struct TestOutcome {
    /// Its name, with the row where it has a table.
    pub name: String,
    /// `file:line:column`.
    pub place: String,
    pub took: Duration,
    /// Nothing here: it has passed.
    pub failures: Vec<Failure>,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One sentence.
    pub message: String,
    /// Lines that begin with `-` for what was expected, and with `+` for what came.
    pub difference: Option<String>,
    /// The expectation: `file:line:column`.
    pub place: String,
    /// The step that made the answer or raised the fault, with its place.
    pub step: Option<String>,
}

impl Outcome {
    /// All tests.
    pub fn tests(&self) -> impl Iterator<Item = &TestOutcome> {
        self.files.iter().flat_map(|file| &file.tests)
    }

    /// How many tests have failed.
    pub fn failed(&self) -> usize {
        self.tests().filter(|test| !test.failures.is_empty()).count()
    }

    /// How many findings are errors.
    pub fn errors(&self) -> usize {
        self.files.iter().map(|file| file.findings.errors()).sum()
    }

    /// Whether everything is as expected.
    pub fn passed(&self) -> bool {
        self.failed() == 0 && self.errors() == 0
    }
}
