//! Request validators of REST APIs: required parameters, and the body by its model.

use super::build;
use super::export::Export;
use super::gateway_responses::Own;
use super::names::is_name;
use crate::base::Span;
use crate::openapi::{Dialect, Location, Operation, Parameter};
use crate::source::Node;

pub(super) const KEY: &str = "x-amazon-apigateway-request-validator";

/// The variable that collects the names of missing parameters.
const MISSING: &str = "missing-parameters";

/// The fault of a request with missing parameters.
const FAULT: &str = "MissingParametersError";

/// The body that is validated where the client sent none.
const EMPTY: &str = "empty-body";

/// The checks before an integration.
pub(super) struct Checks {
    pub steps: Vec<Node>,
    /// Entries of `catch`.
    pub catch: Vec<Node>,
}

/// The validator of an operation: its own, otherwise the document's.
fn chosen<'a>(export: &'a Export<'_>, operation: &'a Operation) -> Option<&'a Node> {
    operation.node.get(KEY).or_else(|| export.api.tree.root.get(KEY)).filter(|name| !name.is_null())
}

/// The checks of an operation's validator; `None` if it asks for something that is not built, or is not defined.
pub(super) fn checks(export: &Export<'_>, operation: &Operation) -> Option<Checks> {
    let mut checks = Checks { steps: Vec::new(), catch: Vec::new() };
    let Some(name) = chosen(export, operation) else { return Some(checks) };
    if export.is_http {
        return None;
    }
    let all = export.api.tree.root.get("x-amazon-apigateway-request-validators")?;
    let validator = all.get(name.text()?)?;
    let is_on = |key: &str| match validator.get(key).filter(|node| !node.is_null()).map(Node::text) {
        None => Some(false),
        Some(Some(text)) if text.eq_ignore_ascii_case("true") => Some(true),
        Some(Some(text)) if text.eq_ignore_ascii_case("false") => Some(false),
        Some(_) => None,
    };
    let (body, parameters) = (is_on("validateRequestBody")?, is_on("validateRequestParameters")?);
    let span = name.span;
    if parameters {
        let steps = required(operation, span)?;
        if !steps.is_empty() {
            let message = "Missing required request parameters: [$(missing-parameters)]";
            let own = Own { kind: "BAD_REQUEST_PARAMETERS", status: 400, message };
            checks.catch.push(export.responses.entry(&[FAULT], &own, span));
            checks.steps.extend(steps);
        }
    }
    if body && has_body(export, operation) {
        let own = Own { kind: "BAD_REQUEST_BODY", status: 400, message: "Invalid request body" };
        checks.catch.push(export.responses.entry(&["ValidateError"], &own, span));
        checks.steps.push(body_step(span));
    }
    Some(checks)
}

/// The steps that look for required parameters, in the order in which AWS names them.
fn required(operation: &Operation, span: Span) -> Option<Vec<Node>> {
    let mut steps = Vec::new();
    for location in [Location::Header, Location::Path, Location::Query] {
        let mut all: Vec<&Parameter> = operation.parameters.iter().filter(|one| one.location == location).collect();
        all.retain(|one| one.required);
        all.sort_by(|a, b| a.name.cmp(&b.name));
        for parameter in all {
            steps.extend(missing(operation, parameter, span)?);
        }
    }
    if steps.is_empty() {
        return Some(steps);
    }
    let throw = build::step("throw", span, [("name", build::text(span, FAULT))]);
    steps.push(when(format!("$exists(`{MISSING}`)"), vec![throw], span));
    Some(steps)
}

/// The step that notes a parameter that is not there, or blank. A name that another place has too cannot be told apart.
fn missing(operation: &Operation, parameter: &Parameter, span: Span) -> Option<Option<Node>> {
    let name = &*parameter.name;
    let of_path = operation.path.parameters();
    let in_path = of_path.iter().any(|one| one.trim_end_matches('+') == name.trim_end_matches('+'));
    let in_body = |one: &Parameter| one.location == Location::FormData && one.name == parameter.name;
    let value = match parameter.location {
        Location::Path if in_path => return Some(None),
        _ if !is_name(name) => return None,
        Location::Path => return Some(Some(note("true".to_owned(), name, span))),
        Location::Query if in_path || operation.parameters.iter().any(in_body) => return None,
        Location::Query => format!("request.parameters.`{name}`"),
        _ => format!("request.headers.`{}`", name.to_ascii_lowercase()),
    };
    // Query parameters are as the client wrote them.
    let blank = format!("$contains($string({value}), /^(%20|%09|[+]|\\s)*$/)");
    Some(Some(note(format!("$not($exists({value})) or {blank}"), name, span)))
}

fn note(is_missing: String, name: &str, span: Span) -> Node {
    let set = |value: String| build::change_variable(span, build::set(MISSING, build::text(span, value)));
    let first = when(format!("$not($exists(`{MISSING}`))"), vec![set(name.to_owned())], span);
    let further = set(format!("$({MISSING}), {name}"));
    let cases = first.entries().first().and_then(|entry| entry.value.get("case")).map(Node::items).unwrap_or_default();
    let mut cases = cases.to_vec();
    cases.push(build::map(span, [("otherwise", build::list(span, vec![further]))]));
    let either = build::step("switch", span, [("case", build::list(span, cases))]);
    when(is_missing, vec![either], span)
}

/// Steps that run where a condition holds.
fn when(condition: String, steps: Vec<Node>, span: Span) -> Node {
    let case = [("condition", build::text(span, condition)), ("execute", build::list(span, steps))];
    build::step("switch", span, [("case", build::list(span, vec![build::map(span, case)]))])
}

/// Whether an operation declares a body.
fn has_body(export: &Export<'_>, operation: &Operation) -> bool {
    if export.api.dialect != Dialect::Swagger20 {
        return operation.node.get("requestBody").is_some_and(|node| !node.is_null());
    }
    let of = |node: &Node| node.get("parameters").map(Node::items).unwrap_or_default().to_vec();
    let mut all = of(&operation.node).into_iter().chain(of(&operation.path_item));
    all.any(|node| {
        let found = export.api.references.resolve(&node).ok();
        found.and_then(|node| node.get("in")).and_then(Node::text) == Some("body")
    })
}

/// The step that holds the body against its model. No body counts as an empty object.
fn body_step(span: Span) -> Node {
    let validate = |input: &str| {
        let config = [("input", build::text(span, input)), ("definition", build::text(span, "request"))];
        build::step("validate", span, config)
    };
    let empty = build::set_variable(
        span,
        vec![
            build::set(&format!("{EMPTY}.body"), build::text(span, "{}")),
            build::set(&format!("{EMPTY}.headers.content-type"), build::text(span, "application/json")),
        ],
    );
    let without: Vec<Node> = empty.into_iter().chain([validate(EMPTY)]).collect();
    let case = [
        ("condition", build::text(span, "$not($exists(message.body)) or message.body = ''")),
        ("execute", build::list(span, without)),
    ];
    let otherwise = [("otherwise", build::list(span, vec![validate("message")]))];
    let cases = vec![build::map(span, case), build::map(span, otherwise)];
    build::step("switch", span, [("case", build::list(span, cases))])
}
