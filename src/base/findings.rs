//! The findings of a load, and the proof that one was added.

use std::collections::HashSet;

use super::{Diagnostic, Severity, Span};

/// Proof that a finding was added which says why a value is missing. Only [`Findings`] makes one, so that no value can be left
/// out in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported(());

/// The number of errors pushed at some time.
#[derive(Debug, Clone, Copy)]
pub struct Mark(usize);

/// The findings of one load, in the order in which they were met.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Diagnostic>,
    known: HashSet<(Span, &'static str)>,
    /// How many errors were pushed, also those that were known already.
    pushed_errors: usize,
}

impl Findings {
    /// Adds a finding. The same code at the same place is one finding; an error takes the place of a warning.
    pub fn push(&mut self, finding: Diagnostic) -> Reported {
        self.pushed_errors += usize::from(finding.severity == Severity::Error);
        if self.known.insert((finding.span, finding.code.id)) {
            self.all.push(finding);
        } else if finding.severity == Severity::Error {
            let same = |one: &&mut Diagnostic| one.span == finding.span && one.code == finding.code;
            if let Some(known) = self.all.iter_mut().find(same).filter(|known| known.severity != Severity::Error) {
                *known = finding;
            }
        }
        Reported(())
    }

    /// Adds all of these.
    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        for finding in findings {
            self.push(finding);
        }
    }

    /// How many errors were pushed so far, to ask later with [`Findings::errors_since`] whether there are more.
    pub fn mark(&self) -> Mark {
        Mark(self.pushed_errors)
    }

    /// Fails where an error was pushed since the mark, also one that was known already.
    pub fn errors_since(&self, mark: Mark) -> Result<(), Reported> {
        if self.pushed_errors > mark.0 { Err(Reported(())) } else { Ok(()) }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all.iter()
    }

    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.all.iter().filter(|finding| finding.severity == severity).count()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Puts the findings of each file in the order of their lines.
    pub fn sort(&mut self) {
        self.all.sort_by_key(|finding| (finding.span.source, finding.span.start, finding.span.end));
    }
}

impl IntoIterator for Findings {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}
