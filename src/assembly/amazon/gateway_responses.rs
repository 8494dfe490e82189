//! The responses that the gateway makes itself, in the words of the export.

use super::build;
use super::expressions::known;
use crate::base::Span;
use crate::source::Node;

/// The gateway's own answers.
#[derive(Default)]
pub(super) struct GatewayResponses {
    /// Those that the document changes.
    pub changed: Vec<Changed>,
    pub is_http: bool,
}

/// An answer of the gateway's, as the document has it.
pub(super) struct Changed {
    pub kind: String,
    pub status: Option<Node>,
    pub headers: Vec<(String, Node)>,
    /// The body, in which the message is to be put, and its content type.
    pub template: Option<(Node, Node)>,
}

/// An answer of the gateway's own.
pub(super) struct Own {
    pub kind: &'static str,
    pub status: u16,
    /// A text, which may have references in it. AWS has no message where it is empty.
    pub message: &'static str,
}

impl Own {
    /// The member of the default body. REST APIs have one with a capital.
    fn member(&self, is_http: bool) -> &'static str {
        if self.kind == "ACCESS_DENIED" && !is_http { "Message" } else { "message" }
    }
}

/// A message as JSON.
fn quoted(message: &str) -> String {
    if message.is_empty() { "null".to_owned() } else { format!("\"{message}\"") }
}

/// The `x-amzn-ErrorType` of a response of a REST API.
fn error_type(own: &Own) -> &'static str {
    match own.kind {
        "MISSING_AUTHENTICATION_TOKEN" => "MissingAuthenticationTokenException",
        "BAD_REQUEST_PARAMETERS" | "BAD_REQUEST_BODY" | "UNSUPPORTED_MEDIA_TYPE" => "BadRequestException",
        "UNAUTHORIZED" => "UnauthorizedException",
        "ACCESS_DENIED" => "AccessDeniedException",
        "AUTHORIZER_FAILURE" => "AuthorizerFailureException",
        "AUTHORIZER_CONFIGURATION_ERROR" => "AuthorizerConfigurationException",
        "REQUEST_TOO_LARGE" => "RequestTooLargeException",
        _ => "InternalServerErrorException",
    }
}

// === impl GatewayResponses ===

impl GatewayResponses {
    /// The catch entries around a function.
    pub(super) fn of_lambda(&self, span: Span) -> Vec<Node> {
        let (failed, words) =
            if self.is_http { (500, "Internal Server Error") } else { (502, "Internal server error") };
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

    /// The catch entries around a template of a request.
    pub(super) fn of_template(&self, span: Span) -> Vec<Node> {
        let own = |kind, status, message| Own { kind, status, message };
        vec![
            self.entry(
                &["UnsupportedMediaTypeError"],
                &own("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type"),
                span,
            ),
            self.entry(
                &["LambdaPayloadError"],
                &own("BAD_REQUEST_BODY", 400, "Could not parse request body into json"),
                span,
            ),
        ]
    }

    /// The catch entry around what only fails.
    pub(super) fn of_failure(&self, span: Span) -> Vec<Node> {
        let message = if self.is_http { "Internal Server Error" } else { "Internal server error" };
        vec![self.entry(&[], &Own { kind: "API_CONFIGURATION_ERROR", status: 500, message }, span)]
    }

    /// The steps that answer a path or a method that the API does not have.
    pub(super) fn of_missing(&self, span: Span) -> Vec<Node> {
        let own = match self.is_http {
            true => Own { kind: "RESOURCE_NOT_FOUND", status: 404, message: "Not Found" },
            false => Own { kind: "MISSING_AUTHENTICATION_TOKEN", status: 403, message: "Missing Authentication Token" },
        };
        build::set_variable(span, self.actions(&own, span)).into_iter().collect()
    }

    pub(super) fn entry(&self, faults: &[&str], own: &Own, span: Span) -> Node {
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
        let changed = [own.kind, fallback].iter().find_map(|kind| self.changed.iter().find(|one| one.kind == **kind));
        let status = changed.and_then(|one| one.status.clone());
        let status = status.unwrap_or_else(|| build::plain(span, own.status.to_string()));
        let (body, kind) = match changed.and_then(|one| one.template.as_ref()) {
            Some((body, kind)) => {
                let text = filled(body.text().unwrap_or_default(), own.kind, own.message);
                (build::text(body.span, text), kind.clone())
            }
            None => (
                build::text(span, format!("{{\"{}\":{}}}", own.member(self.is_http), quoted(own.message))),
                build::text(span, "application/json"),
            ),
        };
        // Headers meant for the service are never sent to the client.
        let mut actions = vec![
            build::clear(span, "message.headers"),
            build::set("message.status.code", status),
            build::set("message.body", body),
            build::set(&build::header("content-type"), kind),
        ];
        if !self.is_http {
            actions.push(build::set(&build::header("x-amzn-errortype"), build::text(span, error_type(own))));
        }
        actions.extend(ids(self.is_http, span));
        let headers = changed.iter().flat_map(|one| &one.headers);
        actions.extend(headers.map(|(name, value)| build::set(&build::header(name), value.clone())));
        actions
    }
}

/// A template of an answer with what is known of the error and of the request in it.
pub(super) fn filled(template: &str, kind: &str, message: &str) -> String {
    let names = [
        "requestId",
        "extendedRequestId",
        "httpMethod",
        "path",
        "resourcePath",
        "identity.sourceIp",
        "identity.userAgent",
    ];
    let text = template
        .replace("$context.error.messageString", &quoted(message))
        .replace("$context.error.message", message)
        .replace("$context.error.validationErrorString", message)
        .replace("$context.error.responseType", kind);
    names.iter().fold(text, |text, name| {
        let name = format!("context.{name}");
        // A longer name begins with a shorter one.
        match known(&name) {
            Some(reference) => replace_name(&text, &format!("${name}"), reference),
            None => text,
        }
    })
}

/// Replaces a name where it ends.
fn replace_name(text: &str, name: &str, by: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name) {
        let goes_on = after.starts_with(|one: char| one.is_ascii_alphanumeric() || one == '_');
        out.push_str(before);
        out.push_str(if goes_on { name } else { by });
        rest = after;
    }
    out + rest
}

/// The ids that AWS adds to every answer.
pub(super) fn ids(is_http: bool, span: Span) -> Vec<Node> {
    let names: &[&str] = if is_http { &["apigw-requestid"] } else { &["x-amzn-requestid", "x-amz-apigw-id"] };
    let id = |name: &&str| build::set(&build::header(name), build::text(span, "$(session.globalTransactionID)"));
    names.iter().map(id).collect()
}
