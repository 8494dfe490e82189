//! `aws_proxy`: a function receives the event of API Gateway and answers for it.

use super::call::{timeout, uri};
use super::draft::Draft;
use super::export::Export;
use super::request_parameters::Mapped;
use super::response_parameters;
use super::unbuilt::unbuilt;
use super::values::shown;
use super::{build, special_headers};
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::Node;

/// The part of the long `uri` before the function.
const PATH: &str = ":lambda:path/";

pub(super) fn draft(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Draft, Reported> {
    let target = uri(export, integration, findings).and_then(|uri| target(&uri, findings));
    let timeout = timeout(export, integration, findings);
    let payload = payload(export, integration, findings);
    let role = role(export, integration, findings);
    let changes = request_changes(export, integration, findings);
    let answers = response_parameters::read(export, integration, findings);
    let span = integration.span;
    let target = target?;
    says_stream(integration, target.streams, findings);
    if !export.is_http && !is_post(integration) {
        return Ok(super::unsupported::failing(export, span));
    }
    let mut config = vec![
        ("function", target.function),
        ("payload", payload?),
        ("response", build::text(span, if target.streams { "stream" } else { "proxy" })),
        ("timeout", timeout?),
        // AWS does not call a function twice for one request.
        ("retry", build::text(span, "not-sent")),
    ];
    if !export.is_http {
        config.push(("strict", build::plain(span, "true")));
        let types = binary_media_types(export, findings)?;
        if !types.is_empty() {
            let types = build::list(span, types);
            config.push(("event-context", build::map(span, [("binary-media-types", types)])));
        }
    }
    config.extend(role?.map(|role| ("aws-assume-role-arn", role)));
    let mut execute = changes;
    execute.push(build::step("lambda", span, config));
    if !export.is_http {
        execute.extend(special_headers::remap(span));
    }
    execute.extend(answers?);
    Ok(Draft { execute, catch: export.responses.of_lambda(span) })
}

/// The target of a `uri`.
pub(super) struct Target {
    pub function: Node,
    /// The function answers chunk by chunk.
    streams: bool,
}

/// A function streams where its `uri` says so; `responseTransferMode` has to agree.
fn says_stream(integration: &Node, streams: bool, findings: &mut Findings) {
    let Some(mode) = integration.get("responseTransferMode") else { return };
    let (message, help) = match (mode.text().is_some_and(|text| text.eq_ignore_ascii_case("stream")), streams) {
        (true, false) => (
            "an answer streams only from a `uri` that ends in `/response-streaming-invocations`",
            "write `…:lambda:path/2021-11-15/functions/FUNCTION_ARN/response-streaming-invocations`, or `BUFFERED`",
        ),
        (false, true) => ("this `uri` streams the answer", "write `responseTransferMode: STREAM`"),
        _ => return,
    };
    findings.push(Diagnostic::error(codes::BAD_VALUE, mode.span, message).help(help));
}

/// The function's ARN in a `uri`, at its place there.
pub(super) fn target(uri: &Node, findings: &mut Findings) -> Result<Target, Reported> {
    let text = uri.text().unwrap_or_default();
    let is_arn = text.starts_with("arn:");
    if is_arn && text.contains(":lambda:") && text.contains(":function:") && !text.contains(":apigateway:") {
        return Ok(Target { function: uri.clone(), streams: false });
    }
    if let (true, Some(at)) = (is_arn, text.find(PATH)) {
        let path = &text[at + PATH.len()..];
        let inner = path.split_once("/functions/").and_then(|(_, rest)| rest.rsplit_once('/'));
        if let Some((arn, call @ ("invocations" | "response-streaming-invocations"))) = inner {
            let start = text.len() - path.len() + path.find("/functions/").unwrap_or_default() + "/functions/".len();
            let span = uri.inside(start..start + arn.len()).unwrap_or(uri.span);
            let function = masked_like(uri, build::text(span, arn));
            return Ok(Target { function, streams: call != "invocations" });
        }
    }
    if let Some(rest) = text.strip_prefix("arn:").filter(|rest| rest.contains(":apigateway:")) {
        let service = rest.split(':').nth(3).unwrap_or_default();
        if service != "lambda" {
            let service = if shown(uri) == text { service } else { "***" };
            return Err(unbuilt(uri.span, &format!("the call of the AWS service `{service}`"), findings));
        }
    }
    let message = "the `uri` of `aws_proxy` names no Lambda function";
    let help = "write `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations`, or the \
                function's ARN";
    Err(findings.push(Diagnostic::error(codes::BAD_FUNCTION, uri.span, message).help(help)))
}

/// A part of a text is as secret as the whole.
fn masked_like(whole: &Node, mut part: Node) -> Node {
    use crate::source::Content;
    if let (Content::Scalar(whole), Content::Scalar(part)) = (&whole.content, &mut part.content) {
        part.masked = whole.masked;
    }
    part
}

/// REST APIs know one format of events, HTTP APIs two.
fn payload(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let written = integration.get("payloadFormatVersion").filter(|node| !node.is_null());
    let filled = match written {
        Some(node) => Some(export.values.text(node, findings)?),
        None => None,
    };
    let span = written.map_or(integration.span, |node| node.span);
    match filled.as_ref().and_then(Node::text).map(str::trim) {
        Some("2.0" | "2") => Ok(build::text(span, "api-gateway-v2")),
        Some("1.0" | "1") => Ok(build::text(span, "api-gateway-v1")),
        None if !export.is_http => Ok(build::text(span, "api-gateway-v1")),
        None => {
            let message = "an integration of an HTTP API needs `payloadFormatVersion`";
            let help = "write `payloadFormatVersion: '2.0'`, or `'1.0'` for the events of REST APIs";
            Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, span, message).help(help)))
        }
        Some(_) => {
            let message = format!("there is no payload format `{}`", filled.as_ref().map_or("", shown));
            Err(findings.push(Diagnostic::error(codes::BAD_VALUE, span, message).help("write `'1.0'` or `'2.0'`")))
        }
    }
}

/// The role to call with, if one is written.
pub(super) fn role(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Option<Node>, Reported> {
    let Some(written) = integration.get("credentials").filter(|node| !node.is_null()) else { return Ok(None) };
    let role = export.values.text(written, findings)?;
    let text = role.text().unwrap_or_default();
    if text.contains(":user/") || text.contains('*') {
        let message = "the caller's own credentials cannot be passed on: nobody but AWS has them";
        let help = "name a role, or remove `credentials` and let the gateway call with its own";
        return Err(findings.push(Diagnostic::error(codes::BAD_VALUE, written.span, message).help(help)));
    }
    Ok(Some(role))
}

/// The types whose bodies go to the function as base64.
fn binary_media_types(export: &Export<'_>, findings: &mut Findings) -> Result<Vec<Node>, Reported> {
    let Some(types) = export.api.tree.root.get("x-amazon-apigateway-binary-media-types") else {
        return Ok(Vec::new());
    };
    types.items().iter().map(|one| export.values.text(one, findings)).collect()
}

/// Whether the function is called as Lambda wants it.
pub(super) fn is_post(integration: &Node) -> bool {
    let method = integration.get("httpMethod").and_then(Node::text);
    method.is_none_or(|method| method.contains('$') || method.eq_ignore_ascii_case("post"))
}

/// The steps before the call: HTTP APIs change headers, in REST APIs the event is the request as it came.
fn request_changes(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Vec<Node> {
    if let Some(node) = integration.get("httpMethod").filter(|_| !is_post(integration)) {
        let method = node.text().unwrap_or_default();
        let message = format!("a function is called with POST, and not with `{method}`: on AWS this operation fails");
        findings.push(Diagnostic::warning(codes::BAD_VALUE, node.span, message).help("write `httpMethod: POST`"));
    }
    if let Some(entry) = integration.entry("requestParameters").filter(|entry| !entry.value.entries().is_empty()) {
        if export.is_http {
            return Mapped::of_function(export, integration, findings).steps(integration.span);
        }
        let message = "a function receives the request as it came, so `requestParameters` changes nothing";
        findings.push(Diagnostic::warning(codes::NO_COUNTERPART, entry.key.span, message));
    }
    Vec::new()
}
