//! Mistakes in IBM's documents that their own gateway meets only when a request comes: here they are warnings at load, and the step
//! raises the fault that it raises there. Under `x-assembly` they are errors.

use std::borrow::Cow;

use super::raises::raises;
use crate::base::{Code, Diagnostic, Findings, Generation, Severity, codes};
use crate::policy::Plan;
use crate::runtime::{Fault, FaultKind, FaultSource, kinds};
use crate::settings::Unsupported;

/// The fault that a step of this generation raises for a mistake in the document; `None` if it is an error at load. `of_policy` are
/// the mistakes that the step's policy lists.
fn fault(
    code: Code,
    of_policy: &[Code],
    generation: Generation,
    unsupported: Unsupported,
) -> Option<(&'static str, &'static FaultKind)> {
    let named = |kind: &'static FaultKind| Some((kind.name, kind));
    let is_v5 = generation == Generation::V5;
    match code {
        codes::BAD_SCRIPT => named(&kinds::JAVASCRIPT),
        codes::BAD_TARGET => named(&kinds::CONNECTION),
        codes::READ_ONLY if is_v5 => Some(("TypeError", &kinds::RUNTIME)),
        codes::READ_ONLY
        | codes::MISSING_PROPERTY
        | codes::BAD_TEMPLATE
        | codes::BAD_TLS_PROFILE
        | codes::ENVIRONMENT_OBJECT => named(&kinds::PROPERTY),
        codes::UNKNOWN_POLICY if is_v5 => named(&kinds::RUNTIME),
        codes::UNBUILT_POLICY | codes::UNBUILT_PROPERTY if unsupported == Unsupported::Fault => {
            named(&kinds::UNSUPPORTED)
        }
        code if of_policy.contains(&code) => named(&kinds::PROPERTY),
        _ => None,
    }
}

/// Makes warnings of the errors of a step, where all of them are such mistakes; the plan raises the fault of the first one.
pub(super) fn soften(
    findings: Findings,
    of_policy: &[Code],
    generation: Generation,
    unsupported: Unsupported,
) -> (Findings, Option<Plan>) {
    let is_error = |finding: &&Diagnostic| finding.severity == Severity::Error;
    let faults = findings
        .iter()
        .filter(is_error)
        .map(|one| fault(one.code, of_policy, generation, unsupported).map(|it| (one, it)));
    let Some(faults) = faults.collect::<Option<Vec<_>>>() else { return (findings, None) };
    let Some((first, (name, kind))) = faults.first() else { return (findings, None) };
    let mut fault = Fault::new(kind, FaultSource::Gateway, first.message.clone());
    fault.name = Cow::Borrowed(name);
    let consequence = format!("when a request comes here, the step raises `{name}`");
    let mut softened = Findings::default();
    softened.extend(findings.into_iter().map(|finding| finding.softened(&consequence)));
    (softened, Some(raises(fault)))
}

/// The step of an empty list of steps, as the v5 engine runs it.
pub(super) fn nothing_to_do() -> Plan {
    raises(Fault::new(&kinds::RUNTIME, FaultSource::Gateway, "the assembly has no steps"))
}
