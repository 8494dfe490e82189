//! Features that AWS has and Gantry does not have yet.

use crate::base::{Diagnostic, Findings, Reported, Span, codes};

/// Refuses what AWS has and Gantry does not have yet.
pub(super) fn unbuilt(span: Span, what: &str, findings: &mut Findings) -> Reported {
    let message = format!("{what} waits for an issue of its own");
    let help = "write an `x-assembly` for the operation; it wins over the integration";
    findings.push(Diagnostic::error(codes::UNBUILT_PROPERTY, span, message).help(help))
}
