//! What clients see where the gateway answers for itself, in the words of the export.

use super::integration::unbuilt;
use super::request_parameters::is_name;
use super::responses::{literal, status};
use super::{Export, build};
use crate::base::{Diagnostic, Findings, Reported, Span, codes};
use crate::source::{Entry, Node};

const KEY: &str = "x-amazon-apigateway-gateway-responses";

/// The types that have a place here.
const PLACED: [&str; 6] = [
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "REQUEST_TOO_LARGE",
    "API_CONFIGURATION_ERROR",
];

/// The answers that the document changes.
#[derive(Default)]
pub(super) struct GatewayResponses(Vec<Changed>);

/// An answer of the gateway's, as the document has it.
struct Changed {
    kind: String,
    status: Option<Node>,
    headers: Vec<(String, Node)>,
    /// The body, in which the message is to be put, and its content type.
    template: Option<(Node, Node)>,
}

/// An answer of the gateway's own.
struct Own {
    kind: &'static str,
    status: u16,
    message: &'static str,
}

// === impl GatewayResponses ===

impl GatewayResponses {
    pub(super) fn read(export: &Export<'_>, findings: &mut Findings) -> Self {
        let entries = export.api.tree.root.get(KEY).map(Node::entries).unwrap_or_default();
        let mut all = Vec::new();
        for entry in entries {
            let kind = &*entry.key.text;
            if kind == "DEFAULT_4XX" || !PLACED.contains(&kind) {
                let message = match kind {
                    "DEFAULT_4XX" => "only a payload that is too large is answered this way yet".to_owned(),
                    kind => format!("`{kind}` has no place here yet"),
                };
                let help = "where Gantry refuses a request before its operation runs, it answers in its own words";
                findings.push(Diagnostic::warning(codes::NOT_ENFORCED, entry.key.span, message).help(help));
            }
            if PLACED.contains(&kind) {
                all.extend(changed(export, entry, findings));
            }
        }
        GatewayResponses(all)
    }

    /// The catch entries around a function.
    pub(super) fn of_lambda(&self, is_http: bool, span: Span) -> Vec<Node> {
        let (failed, words) = if is_http { (500, "Internal Server Error") } else { (502, "Internal server error") };
        let own = |kind, status, message| Own { kind, status, message };
        vec![
            self.entry(&["LambdaTimeoutError"], &own("INTEGRATION_TIMEOUT", 504, "Endpoint request timed out"), span),
            self.entry(&["LambdaPayloadTooLargeError"], &own("REQUEST_TOO_LARGE", 413, "Request Too Long"), span),
            self.entry(
                &["LambdaFunctionError", "LambdaResponseError"],
                &own("API_CONFIGURATION_ERROR", failed, words),
                span,
            ),
            self.entry(&[], &own("DEFAULT_5XX", 500, words), span),
        ]
    }

    /// The catch entries around a service.
    pub(super) fn of_http(&self, span: Span) -> Vec<Node> {
        let own = |kind, status, message| Own { kind, status, message };
        let unreached = own("INTEGRATION_FAILURE", 504, "Network error communicating with endpoint");
        vec![
            self.entry(&["ConnectionError"], &unreached, span),
            self.entry(&[], &own("DEFAULT_5XX", 500, "Internal server error"), span),
        ]
    }

    fn entry(&self, faults: &[&str], own: &Own, span: Span) -> Node {
        let steps: Vec<Node> = build::set_variable(span, self.actions(own, span)).into_iter().collect();
        let steps = build::list(span, steps);
        if faults.is_empty() {
            return build::map(span, [("default", steps)]);
        }
        let names = faults.iter().map(|name| build::text(span, name)).collect();
        build::map(span, [("errors", build::list(span, names)), ("execute", steps)])
    }

    fn actions(&self, own: &Own, span: Span) -> Vec<Node> {
        let fallback = if own.status < 500 { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
        let changed = [own.kind, fallback].iter().find_map(|kind| self.0.iter().find(|one| one.kind == **kind));
        let status = changed.and_then(|one| one.status.clone());
        let status = status.unwrap_or_else(|| build::plain(span, own.status.to_string()));
        let quoted = format!("\"{}\"", own.message);
        let (body, kind) = match changed.and_then(|one| one.template.as_ref()) {
            Some((body, kind)) => {
                let text = body.text().unwrap_or_default();
                let text = text.replace("$context.error.messageString", &quoted);
                (build::text(body.span, text.replace("$context.error.message", own.message)), kind.clone())
            }
            None => (build::text(span, format!("{{\"message\":{quoted}}}")), build::text(span, "application/json")),
        };
        // What was meant for the service never comes back.
        let mut actions = vec![
            build::clear(span, "message.headers"),
            build::set("message.status.code", status),
            build::set("message.body", body),
            build::set(&build::header("content-type"), kind),
        ];
        let headers = changed.iter().flat_map(|one| &one.headers);
        actions.extend(headers.map(|(name, value)| build::set(&build::header(name), value.clone())));
        actions
    }
}

fn changed(export: &Export<'_>, entry: &Entry, findings: &mut Findings) -> Result<Changed, Reported> {
    let node = &entry.value;
    let status = match node.get("statusCode").filter(|node| !node.is_null()) {
        Some(written) => Some(status(export, written, findings)?),
        None => None,
    };
    let mut headers = Vec::new();
    for parameter in node.get("responseParameters").map(Node::entries).unwrap_or_default() {
        let Some(name) = parameter.key.text.strip_prefix("gatewayresponse.header.").filter(|name| is_name(name)) else {
            unbuilt(parameter.key.span, &format!("the mapping to `{}`", parameter.key.text), findings);
            continue;
        };
        let value = export.values.text(&parameter.value, findings)?;
        headers.push((name.to_owned(), literal(export, &value, findings)?));
    }
    let template = template(export, node, findings)?;
    Ok(Changed { kind: entry.key.text.to_string(), status, headers, template })
}

/// The body of an answer, if there is a template.
fn template(export: &Export<'_>, node: &Node, findings: &mut Findings) -> Result<Option<(Node, Node)>, Reported> {
    let entries = node.get("responseTemplates").map(Node::entries).unwrap_or_default();
    let json = entries.iter().find(|entry| &*entry.key.text == "application/json");
    let Some(chosen) = json.or(entries.first()) else { return Ok(None) };
    let body = export.values.text(&chosen.value, findings)?;
    let rest = body.text().unwrap_or_default().replace("$context.error.message", "");
    if super::responses::has_code(&rest) || rest.contains("$(") {
        let what = "an answer of the gateway with more in it than `$context.error.message`";
        return Err(unbuilt(chosen.value.span, what, findings));
    }
    Ok(Some((body, build::text(chosen.key.span, &*chosen.key.text))))
}
