//! What documents ask for around their assembly and Gantry does not do yet: said, and not silently left out.

use crate::diagnostics::{Diagnostic, Findings, Span, codes};
use crate::openapi::Api;
use crate::source::Node;

/// Reports security requirements, CORS and client certificates; once each, at their first place.
pub(super) fn report(api: &Api, findings: &mut Findings) {
    let root = &api.tree.root;
    let demands = |node: &Node| node.get("security").filter(|security| !security.items().is_empty()).map(|s| s.span);
    let security = demands(root).or_else(|| api.operations.iter().find_map(|operation| demands(&operation.node)));
    warn(security, "the security requirements are not enforced yet: everybody may call", findings);
    let is_true =
        |pointer: &str| root.pointer(pointer).filter(|node| node.text() == Some("true")).map(|node| node.span);
    let ibm = ["/x-ibm-configuration", "/x-gateway-configuration"];
    let first = |below: &str| ibm.iter().find_map(|carrier| is_true(&format!("{carrier}{below}")));
    warn(first("/cors/enabled"), "CORS is not answered yet: browsers of other origins are refused", findings);
    let certificate = first("/application-authentication/certificate");
    warn(certificate, "client certificates are not asked for yet", findings);
}

fn warn(span: Option<Span>, message: &str, findings: &mut Findings) {
    if let Some(span) = span {
        findings.push(Diagnostic::warning(codes::NOT_ENFORCED, span, message));
    }
}
