//! Reports features that documents ask for outside of their assembly and that Gantry does not have yet.

use super::amazon;
use crate::base::{Diagnostic, Findings, Span, codes};
use crate::openapi::Api;

/// Reports client certificates and what AWS would check; once each, at their first place.
pub(super) fn report(api: &Api, findings: &mut Findings) {
    let root = &api.tree.root;
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
