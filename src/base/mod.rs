//! What Gantry tells people about their documents: findings with a place, a reason and a remedy.
//!
//! Findings are values. Every phase pushes into one [`Findings`] and goes on, so that one run reports everything.

pub mod codes;
mod generation;
mod github;
mod human;
mod json;
mod nearest;
mod sarif;
mod short;
mod sources;

use std::collections::HashSet;

pub use codes::Code;
pub use generation::Generation;
pub use github::render as render_github;
pub use human::render as render_human;
pub use json::report as json_report;
pub use nearest::{nearest, quoted_list};
pub use sarif::report as sarif_report;
pub use short::render as render_short;
pub use sources::{Position, SourceFile, SourceId, Sources};

/// A range of bytes in one source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

/// How bad a finding is. Errors keep a document from being served, warnings and notes do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    /// The word that every format has for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A second place that belongs to a finding, with what happens there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// One sentence in the terms of the author's file. Never holds a secret or a value from the environment.
    pub message: String,
    pub span: Span,
    pub labels: Vec<Label>,
    /// What to type instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { code, severity: Severity::Error, message: message.into(), span, labels: Vec::new(), help: None }
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, span, message) }
    }

    /// A note at `span`.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Note, ..Diagnostic::error(code, span, message) }
    }

    /// Adds what to type instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }
}

/// The findings of one load, in the order in which they were met.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Diagnostic>,
    known: HashSet<(Span, &'static str)>,
}

impl Findings {
    /// Adds a finding. The same code at the same place is one finding.
    pub fn push(&mut self, finding: Diagnostic) {
        if self.known.insert((finding.span, finding.code.id)) {
            self.all.push(finding);
        }
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
