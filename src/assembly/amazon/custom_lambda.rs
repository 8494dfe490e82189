//! `aws` with a function: a template makes its event, and another one the response from its result.

use super::build;
use super::call::{timeout, uri};
use super::draft::Draft;
use super::export::Export;
use super::lambda::{is_post, role, target};
use super::responses::{Backend, Response, choice, read};
use super::templates::{OVERRIDES, Templates, request_step};
use super::unbuilt::unbuilt;
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::source::Node;

/// The variable that keeps the result of the function while the response is made.
const RESULT: &str = "backend";

/// The faults of a call that end in a response of the gateway. An error of the function chooses a response of the integration.
const STOPS: [&str; 8] = [
    "ConnectionError",
    "LambdaThrottledError",
    "LambdaBusyError",
    "LambdaPayloadTooLargeError",
    "LambdaPayloadError",
    "LambdaResponseError",
    "LambdaServiceError",
    "LambdaCredentialsError",
];

pub(super) fn draft(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Draft, Reported> {
    let span = integration.span;
    let target = uri(export, integration, findings).and_then(|uri| target(&uri, findings))?;
    let timeout = timeout(export, integration, findings);
    let role = role(export, integration, findings);
    let responses = read(export, integration, Backend::Function(RESULT), findings);
    let templates = Templates::read(export, integration, "requestTemplates", findings);
    let is_event = is_event(integration, findings);
    let more = vec![("requires-json", build::plain(span, "true"))];
    let request = request_step(span, &templates?, integration, more, findings)?;
    let responses = responses?;
    if !is_post(integration) {
        let message = "a function is called with POST, and not with another method: on AWS this operation fails";
        let place = integration.get("httpMethod").map_or(span, |node| node.span);
        findings.push(Diagnostic::warning(codes::BAD_VALUE, place, message).help("write `httpMethod: POST`"));
        return Ok(super::unsupported::failing(export, span));
    }
    let stops = STOPS.iter().map(|name| build::text(span, name)).collect();
    let mut config = vec![
        ("function", target.function),
        ("payload", build::text(span, "body")),
        ("response", build::text(span, "body")),
        ("timeout", timeout?),
        // AWS does not call a function twice for one request.
        ("retry", build::text(span, "not-sent")),
        ("output", build::text(span, RESULT)),
        ("stop-on-error", build::list(span, stops)),
    ];
    if is_event {
        config.push(("invocation-type", build::text(span, "event")));
    }
    config.extend(role?.map(|role| ("aws-assume-role-arn", role)));
    let mut execute = vec![request, build::step("lambda", span, config)];
    execute.extend(build::set_variable(span, vec![build::clear(span, "message.headers")]));
    let steps = |one: &Response| one.steps(Backend::Function(RESULT), Some(OVERRIDES));
    execute.extend(choice(&responses, span, fits_error, steps));
    let mut catch = export.responses.of_template(span);
    catch.extend(export.responses.of_lambda(span));
    Ok(Draft { execute, catch })
}

/// The condition that the error of the function fits the pattern of a response.
fn fits_error(response: &Response) -> Option<String> {
    let pattern = slashed(response.pattern.as_deref()?);
    Some(format!("{RESULT}.status.code >= 400 and $contains($string({RESULT}.body.errorMessage), /^(?:{pattern})$/)"))
}

/// A pattern between slashes.
fn slashed(pattern: &str) -> String {
    let mut out = String::new();
    let mut escaped = false;
    for one in pattern.chars() {
        if one == '/' && !escaped {
            out.push('\\');
        }
        escaped = one == '\\' && !escaped;
        out.push(one);
    }
    out
}

/// Whether the call does not wait for the function: a mapping of the header `X-Amz-Invocation-Type` says so. A function receives
/// nothing else of `requestParameters`.
fn is_event(integration: &Node, findings: &mut Findings) -> bool {
    let mut is_event = false;
    for entry in integration.get("requestParameters").map(Node::entries).unwrap_or_default() {
        let name = entry.key.text.strip_prefix("integration.request.header.").unwrap_or_default().to_ascii_lowercase();
        match (name.as_str(), entry.value.text().unwrap_or_default().to_ascii_lowercase().as_str()) {
            ("x-amz-invocation-type", "'event'") => is_event = true,
            ("x-amz-invocation-type", "'requestresponse'") => {}
            (name, _) if name.starts_with("x-amz-") => {
                unbuilt(entry.key.span, &format!("the mapping to `{}`", entry.key.text), findings);
            }
            _ => {
                let message = "a function receives its event and nothing else, so this changes nothing";
                findings.push(Diagnostic::warning(codes::NO_COUNTERPART, entry.key.span, message));
            }
        }
    }
    is_event
}
