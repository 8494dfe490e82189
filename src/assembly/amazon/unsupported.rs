//! Operations that always fail: those that fail on AWS, and those that ask for something that is not built, where the settings let
//! them fail at run time.

use super::build;
use super::draft::Draft;
use super::export::{Export, runs};
use super::gateway_responses::Own;
use crate::base::{Diagnostic, Findings, Severity, Span, codes};

/// The name of the fault, as in documents of API Connect.
const FAULT: &str = "UnsupportedPolicyError";

/// A draft that answers 500 to every request.
pub(super) fn failing(export: &Export<'_>, span: Span) -> Draft {
    let throw = build::step("throw", span, [("name", build::text(span, "RuntimeError"))]);
    Draft { execute: vec![throw], catch: export.responses.of_failure(span) }
}

/// A draft that answers 501 to every request.
pub(super) fn draft(export: &Export<'_>, span: Span) -> Draft {
    let throw = build::step("throw", span, [("name", build::text(span, FAULT))]);
    let message = "This operation is not supported by the gateway";
    let own = Own { kind: "API_CONFIGURATION_ERROR", status: 501, message };
    Draft { execute: vec![throw], catch: vec![export.responses.entry(&[], &own, span)] }
}

/// Makes warnings of the errors of an operation, if all of them are about what is not built, and says whether it did. The operation
/// then answers 501 and never runs without its guard.
pub(super) fn soften(export: &Export<'_>, own: Findings, findings: &mut Findings) -> bool {
    let is_softened = export.values.faults() && own.errors() > 0 && errors(&own).all(is_unbuilt);
    findings.extend(own.into_iter().map(|finding| match is_softened {
        true => finding.softened("every request to the operation is answered 501"),
        false => finding,
    }));
    is_softened
}

/// The same for what guards the whole document. An operation with an assembly would run without that guard, so with one the
/// document is refused.
pub(super) fn soften_document(export: &Export<'_>, own: Findings, findings: &mut Findings) -> bool {
    if export.api.operations.iter().all(runs) {
        return soften(export, own, findings);
    }
    findings.extend(own);
    false
}

fn is_unbuilt(finding: &Diagnostic) -> bool {
    [codes::UNBUILT_PROPERTY, codes::UNGUARDED].contains(&finding.code)
}

fn errors(findings: &Findings) -> impl Iterator<Item = &Diagnostic> {
    findings.iter().filter(|one| one.severity == Severity::Error)
}
