//! `http_proxy` and `http`: a service behind the gateway.

use super::call::{timeout, uri};
use super::draft::Draft;
use super::export::Export;
use super::request_parameters::{Mapped, Target};
use super::response_parameters;
use super::responses::{self, Backend, Response, choice};
use super::special_headers::{NEVER_SENT, TAKEN_OUT};
use super::templates::{OVERRIDES, Templates, handling, passthrough, request_step};
use super::unbuilt::unbuilt;
use super::{build, special_headers};
use crate::base::{Diagnostic, Findings, Reported, codes};
use crate::openapi::Operation;
use crate::source::Node;

/// The variable that keeps the response of a service while the gateway's response is made.
const BACKEND: &str = "backend";

/// `http_proxy`: the request goes on as it came, and the answer comes back as it is.
pub(super) fn proxy(
    export: &Export<'_>,
    operation: &Operation,
    integration: &Node,
    findings: &mut Findings,
) -> Result<Draft, Reported> {
    let span = integration.span;
    if let Some(entry) = integration.entry("contentHandling").filter(|entry| !entry.value.is_null()) {
        unbuilt(entry.key.span, "`contentHandling` of a call to a service", findings);
    }
    let call = HttpCall::read(export, operation, integration, findings)?;
    let mut config = call.config(span);
    config.push(("parameter-control", control(integration, "blocklist", &call.mapped.blocked_query)));
    let mut execute = Vec::new();
    if !export.is_http {
        let never: Vec<String> = NEVER_SENT.map(str::to_owned).into();
        config.push(("header-control", control(integration, "blocklist", &never)));
        let clears = TAKEN_OUT.iter().filter(|name| !call.mapped.sets(name));
        let clears = clears.map(|name| build::clear(span, &build::header(name))).collect();
        execute.extend(build::set_variable(span, clears));
        let id = build::set(&build::header("x-amzn-apigateway-api-id"), build::text(span, "$(api.name)"));
        execute.push(build::change_variable(span, id));
    }
    execute.extend(call.mapped.steps(span));
    execute.push(build::step("invoke", span, config));
    if !export.is_http {
        execute.extend(special_headers::remap(span));
    }
    execute.extend(response_parameters::read(export, integration, findings)?);
    Ok(Draft { execute, catch: export.responses.of_http(span) })
}

/// `http`: only what is mapped goes on, and only what is mapped comes back.
pub(super) fn mapped(
    export: &Export<'_>,
    operation: &Operation,
    integration: &Node,
    findings: &mut Findings,
) -> Result<Draft, Reported> {
    let span = integration.span;
    let request = request(export, integration, findings);
    let backend = Backend::Variable(BACKEND);
    let responses = responses::read(export, integration, backend, findings);
    let call = HttpCall::read(export, operation, integration, findings)?;
    let (responses, request) = (responses?, request?);
    let mut config = call.config(span);
    let mut names = vec!["content-type".to_owned(), "accept".to_owned()];
    names.extend(call.mapped.passing_headers.iter().chain(&call.mapped.set_headers).cloned());
    names.extend(["user-agent", "x-amzn-apigateway-api-id"].map(str::to_owned));
    names.extend(request.iter().flat_map(|request| request.headers.iter().cloned()));
    names.retain(|name| !NEVER_SENT.contains(&&*name.to_ascii_lowercase()));
    config.push(("header-control", control(integration, "allowlist", &names)));
    config.push(("parameter-control", control(integration, "allowlist", &call.mapped.passing_query)));
    config.push(("output", build::text(span, BACKEND)));
    let own = [("accept", "application/json"), ("user-agent", "AmazonAPIGateway_$(api.name)")];
    let own = own.into_iter().filter(|(name, _)| !call.mapped.sets(name));
    let own = own.chain([("x-amzn-apigateway-api-id", "$(api.name)")]);
    let own = own.map(|(name, value)| build::set(&build::header(name), build::text(span, value))).collect();
    let mut execute = call.mapped.steps(span);
    execute.extend(build::set_variable(span, own));
    let overrides = request.as_ref().map(|_| OVERRIDES);
    let mut catch = Vec::new();
    if let Some(request) = request {
        // Its overrides have priority over mappings.
        execute.push(request.step);
        catch = export.responses.of_template(span);
    }
    execute.push(build::step("invoke", span, config));
    // Headers meant for the service are never sent to the client.
    execute.extend(build::set_variable(span, vec![build::clear(span, "message.headers")]));
    let condition = |one: &Response| {
        let statuses: Vec<String> = one.statuses.as_ref()?.iter().map(u16::to_string).collect();
        Some(format!("{BACKEND}.status.code in [{}]", statuses.join(", ")))
    };
    execute.extend(choice(&responses, span, condition, |one| one.steps(backend, overrides)));
    catch.extend(export.responses.of_http(span));
    Ok(Draft { execute, catch })
}

/// The properties that both kinds of call have.
struct HttpCall {
    target: Target,
    verb: Node,
    timeout: Node,
    mapped: Mapped,
}

impl HttpCall {
    fn read(
        export: &Export<'_>,
        operation: &Operation,
        integration: &Node,
        findings: &mut Findings,
    ) -> Result<Self, Reported> {
        if let Some(entry) = integration.entry("credentials").filter(|entry| !entry.value.is_null()) {
            unbuilt(entry.key.span, "`credentials` of a call to a service", findings);
        }
        let mapped = Mapped::read(export, operation, integration, findings);
        let uri = uri(export, integration, findings).and_then(|uri| match uri.text() {
            Some(text) if text.starts_with("arn:") => {
                Err(unbuilt(uri.span, "a `uri` that is an ARN, behind a VPC link,", findings))
            }
            _ => Ok(uri),
        });
        let target = uri.and_then(|uri| mapped.target(&uri, operation, findings));
        let verb = verb(export, integration, findings);
        let timeout = timeout(export, integration, findings);
        Ok(HttpCall { target: target?, verb: verb?, timeout: timeout?, mapped })
    }

    fn config(&self, span: crate::base::Span) -> Vec<(&'static str, Node)> {
        let mut config = vec![
            ("target-url", self.target.url.clone()),
            ("forward-path", build::plain(span, if self.target.forward_path { "true" } else { "false" })),
            ("verb", self.verb.clone()),
            ("timeout", self.timeout.clone()),
            ("follow-redirects", build::plain(span, "false")),
            ("inject-proxy-headers", build::plain(span, "true")),
            ("cache-response", build::text(span, "no-cache")),
            ("stop-on-error", build::list(span, vec![build::text(span, "ConnectionError")])),
        ];
        let copied = self.mapped.copied_query.iter().map(|(to, from)| (to.as_str(), build::text(span, from)));
        if !self.mapped.copied_query.is_empty() {
            config.push(("copy-parameters", build::map(span, copied)));
        }
        config
    }
}

/// The verb of the call; `ANY` is the client's.
fn verb(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let Some(written) = integration.get("httpMethod").filter(|node| !node.is_null()) else {
        let message = "the integration has no `httpMethod`, so nothing says how to call the service";
        let help = "write `httpMethod: GET`, or `ANY` for the client's";
        return Err(findings.push(Diagnostic::error(codes::MISSING_PROPERTY, integration.span, message).help(help)));
    };
    let filled = export.values.text(written, findings)?;
    let verb = filled.text().unwrap_or_default().trim().to_ascii_uppercase();
    let is_any = verb == "ANY" || verb == "X-AMAZON-APIGATEWAY-ANY-METHOD";
    Ok(build::text(written.span, if is_any { "keep" } else { &verb }))
}

/// The step that makes the body of the call.
struct Request {
    step: Node,
    /// Names of headers that the templates set.
    headers: Vec<String>,
}

/// The step that makes the body; `None` where it goes on as it came.
fn request(export: &Export<'_>, integration: &Node, findings: &mut Findings) -> Result<Option<Request>, Reported> {
    let templates = Templates::read(export, integration, "requestTemplates", findings)?;
    let refuses = passthrough(integration, findings)?.is_some_and(|node| node.text() == Some("never"));
    let converts = handling(integration, findings)?.is_some();
    if matches!(templates, Templates::None) && !refuses && !converts {
        return Ok(None);
    }
    for group in ["path", "querystring"] {
        if !templates.overridden(group).is_empty() {
            let place = integration.entry("requestTemplates").map_or(integration.span, |entry| entry.key.span);
            unbuilt(place, &format!("`$context.requestOverride.{group}` in a call to a service"), findings);
        }
    }
    let step = request_step(integration.span, &templates, integration, Vec::new(), findings)?;
    Ok(Some(Request { step, headers: templates.overridden("header") }))
}

/// A control list of whole names.
fn control(owner: &Node, kind: &str, names: &[String]) -> Node {
    let span = owner.span;
    let pattern = |name: &String| build::text(span, format!("^{}$", regex::escape(name)));
    let values = build::list(span, names.iter().map(pattern).collect());
    build::map(span, [("type", build::text(span, kind)), ("values", values)])
}
