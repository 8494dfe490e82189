//! Headers that REST APIs treat in a way of their own.

use super::build;
use super::export::Export;
use super::names::remapped;
use super::responses::copy_between;
use crate::base::{Diagnostic, Findings, Span, codes};
use crate::source::Node;

/// A mapping to one of these makes every request fail.
const FORBIDDEN: [&str; 4] = ["content-length", "transfer-encoding", "x-amzn-trace-id", "x-amzn-apigateway-api-id"];

/// The same, in calls of AWS services and functions.
const FORBIDDEN_FOR_AWS: [&str; 5] = ["authorization", "connection", "expect", "proxy-authenticate", "te"];

/// Headers that no service receives.
pub(super) const NEVER_SENT: [&str; 4] = ["expect", "proxy-authenticate", "te", "via"];

/// Headers of a client that no service receives unless they are mapped.
pub(super) const TAKEN_OUT: [&str; 4] = ["content-md5", "max-forwards", "server", "www-authenticate"];

/// The headers with another name that functions and services send.
const SENT: [&str; 6] = ["authorization", "content-md5", "date", "server", "user-agent", "www-authenticate"];

/// Whether a mapping of the request makes every request fail, which is said.
pub(super) fn fails(export: &Export<'_>, kind: &str, integration: &Node, findings: &mut Findings) -> bool {
    let of_aws = kind.starts_with("aws");
    let is_forbidden = |name: &str| FORBIDDEN.contains(&name) || (of_aws && FORBIDDEN_FOR_AWS.contains(&name));
    let entries = integration.get("requestParameters").map(Node::entries).unwrap_or_default();
    let found = entries.iter().find(|entry| {
        let name = entry.key.text.strip_prefix("integration.request.header.");
        name.is_some_and(|name| is_forbidden(&name.to_ascii_lowercase()))
    });
    let Some(entry) = found.filter(|_| !export.is_http && kind != "mock") else { return false };
    let message = "no mapping may set this header: every request is answered 500, as on AWS";
    findings.push(Diagnostic::warning(codes::BAD_VALUE, entry.key.span, message).help("remove the mapping"));
    true
}

/// The steps that give headers of a function's or a service's answer their other name.
pub(super) fn remap(span: Span) -> Vec<Node> {
    let rename = |name: &&str| {
        let copy = copy_between("set", &remapped(name), ("message", name), span);
        [copy, build::change_variable(span, build::clear(span, &build::header(name)))]
    };
    SENT.iter().flat_map(rename).collect()
}
