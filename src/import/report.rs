//! The report on every step and property.

use serde::Serialize;

use crate::assembly::{Assemblies, Placed};
use crate::base::{Diagnostic, Findings, Generation, Severity, Sources, Span, codes};
use crate::policies;
use crate::policy::{self, Coverage, Covered};
use crate::source::kebab_case;

/// The report on one document.
#[derive(Debug, Serialize)]
pub struct Report {
    pub file: String,
    /// `v5` or `v10`: whose rules the document follows.
    pub generation: &'static str,
    pub steps: Vec<ReportedStep>,
    /// Parts around the steps that differ, do not run, or have to be supplied.
    pub around: Vec<Remark>,
}

/// How a thing of the other gateway fares here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Same,
    Differs,
    Unsupported,
}

#[derive(Debug, Serialize)]
pub struct ReportedStep {
    pub line: usize,
    pub policy: String,
    pub version: Option<String>,
    pub title: Option<String>,
    /// The worst of its parts.
    pub verdict: Verdict,
    /// About the step as a whole.
    pub remarks: Vec<Remark>,
    pub properties: Vec<ReportedProperty>,
}

#[derive(Debug, Serialize)]
pub struct ReportedProperty {
    pub name: String,
    pub verdict: Verdict,
    /// How it differs, or what to do instead.
    pub notes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Remark {
    pub line: usize,
    pub verdict: Verdict,
    pub text: String,
}

/// Warnings that tell of a difference from the other gateway, and not of a mistake of the author's.
const DIFFERENCES: [codes::Code; 4] =
    [codes::NO_COUNTERPART, codes::NOT_ENFORCED, codes::OPEN_TARGET, codes::ENVIRONMENT_OBJECT];

impl Report {
    /// The report of a document that was loaded with these findings.
    pub fn of(found: &Assemblies, findings: &Findings, sources: &Sources, file: &str) -> Self {
        let placed = found.steps();
        let mut left: Vec<&Diagnostic> = findings.iter().filter(|finding| tells(finding)).collect();
        // Inner steps come after the outer ones, and what is found inside of them is theirs.
        let mut steps: Vec<ReportedStep> = placed
            .iter()
            .rev()
            .map(|one| {
                let (own, others): (Vec<_>, Vec<_>) =
                    left.iter().copied().partition(|finding| holds(one.step.span, finding.span));
                left = others;
                step(one, &own, sources)
            })
            .collect();
        steps.reverse();
        let generation = match found.all.first().map(|assembly| assembly.generation) {
            Some(Generation::V5) => "v5",
            _ => "v10",
        };
        let around = left.into_iter().map(|finding| remark(finding, sources)).collect();
        Report { file: file.to_owned(), generation, steps, around }
    }

    /// How many steps have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.steps.iter().filter(|step| step.verdict == verdict).count()
    }

    /// Whether everything runs, as it did or in its own way.
    pub fn runs(&self) -> bool {
        let around = self.around.iter().map(|remark| remark.verdict);
        self.steps.iter().map(|step| step.verdict).chain(around).all(|verdict| verdict != Verdict::Unsupported)
    }
}

fn tells(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error || DIFFERENCES.contains(&finding.code)
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.start < outer.end.max(outer.start + 1)
}

fn verdict(finding: &Diagnostic) -> Verdict {
    if finding.severity == Severity::Error { Verdict::Unsupported } else { Verdict::Differs }
}

fn words(finding: &Diagnostic) -> String {
    let help = finding.help.as_ref().map(|help| format!("; {}", help.sentence)).unwrap_or_default();
    format!("{}{help}", finding.message)
}

fn remark(finding: &Diagnostic, sources: &Sources) -> Remark {
    Remark { line: sources.position(finding.span).line, verdict: verdict(finding), text: words(finding) }
}

fn step(placed: &Placed, findings: &[&Diagnostic], sources: &Sources) -> ReportedStep {
    let one = &placed.step;
    let policy = policies::find(&one.policy);
    let covered = policy.map(policy::Entry::coverage).unwrap_or_default();
    let mut left: Vec<&Diagnostic> = findings.to_vec();
    let mut properties = Vec::new();
    // Of a policy that is not there no property is the same.
    for entry in one.config.entries().iter().filter(|_| policy.is_some()) {
        let span = Span { end: entry.value.span.end.max(entry.key.span.end), ..entry.key.span };
        let (own, others): (Vec<_>, Vec<_>) = left.iter().partition(|finding| holds(span, finding.span));
        left = others;
        properties.push(property(&entry.key.text, &own, &covered));
    }
    let remarks: Vec<Remark> = left.into_iter().map(|finding| remark(finding, sources)).collect();
    let verdicts = properties.iter().map(|one| one.verdict).chain(remarks.iter().map(|one| one.verdict));
    ReportedStep {
        line: sources.position(one.policy_span).line,
        policy: one.policy.to_string(),
        version: one.version.as_ref().map(|(version, _)| version.to_string()),
        title: one.title.as_deref().map(str::to_owned),
        verdict: verdicts.max().unwrap_or(Verdict::Same),
        remarks,
        properties,
    }
}

fn property(written: &str, findings: &[&Diagnostic], covered: &[Covered]) -> ReportedProperty {
    let mut notes: Vec<String> = findings.iter().map(|finding| words(finding)).collect();
    let name = kebab_case(written);
    let known = covered.iter().find(|one| one.property == written || kebab_case(&one.property) == name);
    let differs = known.filter(|one| one.state == Coverage::Differs);
    notes.extend(differs.map(|one| one.note.clone()));
    let worst = findings.iter().map(|finding| verdict(finding)).max();
    let verdict = worst.max(differs.map(|_| Verdict::Differs)).unwrap_or(Verdict::Same);
    ReportedProperty { name: written.to_owned(), verdict, notes }
}
