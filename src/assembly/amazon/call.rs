//! The properties that every call has: its target and its time limit.

use super::build;
use super::export::Export;
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::Node;

/// The `uri` with everything filled in.
pub(super) fn uri(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let Some(uri) = integration.get("uri") else {
        let message = "the integration has no `uri`, so nothing says what to call";
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, integration.span, message)));
    };
    export.values.text(uri, findings)
}

/// `timeoutInMillis`, or what AWS has where it is missing: 29 s, in HTTP APIs 30 s.
pub(super) fn timeout(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let Some(written) = integration.get("timeoutInMillis").filter(|node| !node.is_null()) else {
        return Ok(build::text(integration.span, if export.is_http { "30s" } else { "29s" }));
    };
    let filled = export.values.text(written, findings)?;
    let millis = filled.text().and_then(|text| text.trim().parse::<u32>().ok()).filter(|millis| *millis >= 50);
    let Some(millis) = millis else {
        let message = "`timeoutInMillis` is a number of milliseconds, at least 50";
        return Err(findings.push(Diagnostic::error(codes::WRONG_TYPE, written.span, message)));
    };
    Ok(build::text(written.span, format!("{millis}ms")))
}
