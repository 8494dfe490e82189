//! Lambda authorizers: the scheme of an operation becomes a step before all others.

use super::build;
use super::draft::Draft;
use super::export::Export;
use super::expressions::known;
use super::gateway_responses::Own;
use super::guards::{chosen_security, is_function, refuse, schemes};
use super::lambda::target;
use super::names::is_name;
use super::values::shown;
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::openapi::{Location, Operation};
use crate::source::Node;

const KEY: &str = "x-amazon-apigateway-authorizer";

/// The steps and the catch entries of the authorizers that an operation asks for; `None` if there are none.
pub(super) fn draft(
    export: &Export<'_>,
    operation: &Operation,
    findings: &mut Findings,
) -> Result<Option<Draft>, Reported> {
    let root = &export.api.tree.root;
    let Some(security) = chosen_security(root, operation) else { return Ok(None) };
    let names = security.items().iter().flat_map(Node::entries).map(|entry| &entry.key);
    let mut execute = Vec::new();
    for key in names.filter(|key| is_function(root, &key.text)) {
        let Some(scheme) = schemes(root).and_then(|all| all.get(&key.text)) else { continue };
        execute.push(step(export, operation, scheme, findings)?);
    }
    Ok((!execute.is_empty()).then(|| Draft { execute, catch: catch(export, security.span) }))
}

/// The responses to refusals and failures.
fn catch(export: &Export<'_>, span: Span) -> Vec<Node> {
    let own = |kind, status, of_rest, of_http| {
        let message = if export.is_http { of_http } else { of_rest };
        Own { kind, status, message }
    };
    let failure = "Internal Server Error";
    let all = [
        ("UnauthorizedError", own("UNAUTHORIZED", 401, "Unauthorized", "Unauthorized")),
        ("ForbiddenError", own("ACCESS_DENIED", 403, "$(error.message)", "Forbidden")),
        ("AuthorizerFunctionError", own("AUTHORIZER_FAILURE", 500, "", failure)),
        ("AuthorizerError", own("AUTHORIZER_CONFIGURATION_ERROR", 500, "", failure)),
    ];
    all.iter().map(|(fault, own)| export.responses.entry(&[fault], own, span)).collect()
}

fn step(export: &Export<'_>, operation: &Operation, scheme: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let own = scheme.get(KEY).unwrap_or(scheme);
    let span = own.span;
    let of = |key: &str| own.get(key).filter(|node| !node.is_null());
    let filled = |key: &str, findings: &mut Findings| match of(key) {
        Some(node) => export.values.text(node, findings).map(Some),
        None => Ok(None),
    };
    let Some(uri) = filled("authorizerUri", findings)? else {
        return Err(refuse(span, "an authorizer without `authorizerUri`", findings));
    };
    let is_token = of("type").and_then(Node::text).is_some_and(|kind| kind.eq_ignore_ascii_case("token"));
    let mut config = vec![
        ("function", target(&uri, findings)?.function),
        ("type", build::text(span, if is_token { "token" } else { "request" })),
        ("timeout", build::text(span, if export.is_http { "10s" } else { "29s" })),
    ];
    if let Some(role) = filled("authorizerCredentials", findings)? {
        config.push(("aws-assume-role-arn", role));
    }
    if let Some(pattern) = filled("identityValidationExpression", findings)? {
        let is_empty = pattern.text().is_none_or(|text| text.trim().is_empty());
        config.extend((is_token && !is_empty).then_some(("identity-validation", pattern)));
    }
    let sources = match is_token {
        true => vec![token(scheme, findings)?],
        false => sources(export, operation, own, findings)?,
    };
    let time = filled("authorizerResultTtlInSeconds", findings)?;
    let is_off = time.as_ref().and_then(Node::text).is_some_and(|text| text.trim() == "0");
    // HTTP APIs keep answers only where the document says so. REST APIs that keep none do not look at the sources.
    let keeps = !is_off && !sources.is_empty() && (time.is_some() || !export.is_http);
    let time = match time {
        Some(time) if keeps => time,
        _ => build::plain(span, if keeps { "300" } else { "0" }),
    };
    config.push(("time-to-live", time));
    if is_token || keeps || export.is_http {
        config.push(("identity-sources", build::list(span, sources)));
    }
    config.extend(format(export, own, is_token, findings)?);
    Ok(build::step("lambda-authorizer", span, config))
}

/// The properties for the format of events and answers.
fn format(
    export: &Export<'_>,
    own: &Node,
    is_token: bool,
    findings: &mut Findings,
) -> Result<Vec<(&'static str, Node)>, Reported> {
    let span = own.span;
    if !export.is_http {
        return Ok(vec![("strict", build::plain(span, "true"))]);
    }
    if is_token {
        return Err(refuse(span, "an authorizer of the type `token` in an HTTP API", findings));
    }
    let of = |key: &str| own.get(key).filter(|node| !node.is_null());
    let Some(version) = of("authorizerPayloadFormatVersion") else {
        return Err(refuse(span, "an authorizer without `authorizerPayloadFormatVersion`", findings));
    };
    let version = export.values.text(version, findings)?;
    let version = match version.text().map(str::trim) {
        Some("2.0" | "2") => "2.0",
        Some("1.0" | "1") => "1.0",
        _ => {
            let message = format!("there is no payload format `{}`", shown(&version));
            let finding = Diagnostic::error(codes::BAD_VALUE, version.span, message);
            return Err(findings.push(finding.help("write `'1.0'` or `'2.0'`")));
        }
    };
    let mut config = vec![("payload-format", build::text(span, version))];
    if let Some(simple) = of("enableSimpleResponses") {
        config.push(("simple-answers", export.values.text(simple, findings)?));
    }
    Ok(config)
}

/// The header with the token.
fn token(scheme: &Node, findings: &mut Findings) -> Result<Node, Reported> {
    let name = scheme.get("name").and_then(Node::text).filter(|name| is_name(name));
    let is_header = scheme.get("in").and_then(Node::text).is_some_and(|place| place.eq_ignore_ascii_case("header"));
    match name.filter(|_| is_header) {
        Some(name) => Ok(header(name, scheme.span)),
        None => Err(refuse(scheme.span, "an authorizer whose token is not in a header", findings)),
    }
}

fn header(name: &str, span: Span) -> Node {
    build::text(span, format!("$(request.headers['{}'])", name.to_ascii_lowercase()))
}

/// The values that tell callers apart.
fn sources(
    export: &Export<'_>,
    operation: &Operation,
    own: &Node,
    findings: &mut Findings,
) -> Result<Vec<Node>, Reported> {
    let Some(node) = own.get("identitySource").filter(|node| !node.is_null()) else { return Ok(Vec::new()) };
    let written = if node.is_sequence() { node.items().to_vec() } else { vec![node.clone()] };
    let mut sources = Vec::new();
    for one in written {
        let text = export.values.text(&one, findings)?;
        for name in text.text().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match source(export, operation, name) {
                Some(source) => sources.push(build::text(one.span, source)),
                None => return Err(refuse(one.span, "an authorizer with this `identitySource`", findings)),
            }
        }
    }
    Ok(sources)
}

/// Gantry's template for a source; `None` where there is none.
fn source(export: &Export<'_>, operation: &Operation, name: &str) -> Option<String> {
    let name = name.strip_prefix('$').unwrap_or(name);
    let name = name.strip_prefix("method.").unwrap_or(name);
    if let Some(header) = name.strip_prefix("request.header.").filter(|name| is_name(name)) {
        return Some(format!("$(request.headers['{}'])", header.to_ascii_lowercase()));
    }
    if let Some(query) = name.strip_prefix("request.querystring.").filter(|name| is_name(name)) {
        // A name that another place has too cannot be told apart.
        let in_path = operation.path.parameters().iter().any(|one| one.trim_end_matches('+') == query);
        let in_body = operation.parameters.iter().any(|one| one.location == Location::FormData && *one.name == *query);
        return (!in_path && !in_body).then(|| format!("$(request.parameters['{query}'])"));
    }
    if let Some(variable) = name.strip_prefix("stageVariables.") {
        let value = export.values.stage_variable(variable).unwrap_or_default();
        return (!value.contains("$(")).then(|| value.to_owned());
    }
    known(name).map(str::to_owned)
}
