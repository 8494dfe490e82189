//! What clients see where the gateway answers for itself, in the words of the export.

use super::build;
use crate::base::Span;
use crate::source::Node;

/// The answers that the document changes.
#[derive(Default)]
pub(super) struct GatewayResponses(pub Vec<Changed>);

/// An answer of the gateway's, as the document has it.
pub(super) struct Changed {
    pub kind: String,
    pub status: Option<Node>,
    pub headers: Vec<(String, Node)>,
    /// The body, in which the message is to be put, and its content type.
    pub template: Option<(Node, Node)>,
}

/// An answer of the gateway's own.
struct Own {
    kind: &'static str,
    status: u16,
    message: &'static str,
}

// === impl GatewayResponses ===

impl GatewayResponses {
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
