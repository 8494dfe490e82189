//! What documents ask for around their assembly and Gantry does not do yet: said, and not silently left out.

use super::amazon;
use crate::diagnostics::{Diagnostic, Findings, Span, codes};
use crate::openapi::{Api, Operation};
use crate::source::Node;

/// Reports security requirements and client certificates; once each, at their first place.
pub(super) fn report(api: &Api, is_export: bool, findings: &mut Findings) {
    let root = &api.tree.root;
    let demands = |node: &Node| node.get("security").filter(|security| !security.items().is_empty()).map(|s| s.span);
    // An operation that runs its integration is refused with such a demand.
    let own = |operation: &Operation| if amazon::runs(operation) { None } else { demands(&operation.node) };
    let of_root = if is_export { None } else { demands(root) };
    let security = of_root.or_else(|| api.operations.iter().find_map(own));
    warn(security, "the security requirements are not enforced yet: everybody may call", findings);
    let guard = amazon::guards::beside_assembly(api);
    warn(guard, "what AWS API Gateway checks here is not enforced yet: everybody may call", findings);
    let is_true =
        |pointer: &str| root.pointer(pointer).filter(|node| node.text() == Some("true")).map(|node| node.span);
    let ibm = ["/x-ibm-configuration", "/x-gateway-configuration"];
    let first = |below: &str| ibm.iter().find_map(|carrier| is_true(&format!("{carrier}{below}")));
    let certificate = first("/application-authentication/certificate");
    warn(certificate, "client certificates are not asked for yet", findings);
}

fn warn(span: Option<Span>, message: &str, findings: &mut Findings) {
    if let Some(span) = span {
        findings.push(Diagnostic::warning(codes::NOT_ENFORCED, span, message));
    }
}
