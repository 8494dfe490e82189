//! The JSON of OTLP: the protocol's messages in the mapping that OpenTelemetry gives them, with ids in hexadecimal, numbers of
//! 64 bits as text and enums as numbers.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use http::Method;
use serde::{Deserialize, Serialize};

use super::whole::Whole;
use crate::runtime::{Call, CallSpan, CallTarget, SpanId, StepSpan, TraceId, address};

/// The methods that HTTP and PATCH define; others are `_OTHER`, so that clients cannot make names up.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

const KIND_INTERNAL: u8 = 1;
const KIND_SERVER: u8 = 2;
const KIND_CLIENT: u8 = 3;
const STATUS_ERROR: u8 = 2;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    resource_spans: [ResourceSpans<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Resource<'a>,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct Resource<'a> {
    attributes: [Attribute<'a>; 2],
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Scope,
    spans: Vec<Span<'a>>,
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Span<'a> {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    name: Cow<'a, str>,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<[Link; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    trace_id: String,
    span_id: String,
}

#[derive(Serialize)]
struct Status<'a> {
    code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

#[derive(Serialize)]
struct Attribute<'a> {
    key: &'static str,
    value: AttributeValue<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum AttributeValue<'a> {
    StringValue(Cow<'a, str>),
    IntValue(String),
}

/// The answer of a collector; every part of it may be missing.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    partial_success: Partial,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Partial {
    /// A number, or its text.
    rejected_spans: serde_json::Value,
}

/// The body of one export.
pub(super) fn body(service: &str, requests: &[Whole]) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let spans = requests.iter().flat_map(|whole| {
        let steps = whole.steps.iter().map(|step| child(whole.trace, whole.span, step));
        std::iter::once(server(whole)).chain(steps).chain(whole.calls.iter().map(|call| client(whole.trace, call)))
    });
    let scope_spans = [ScopeSpans { scope: Scope { name: "gantry", version }, spans: spans.collect() }];
    let resource = Resource { attributes: [text("service.name", service), text("service.version", version)] };
    // Writing to memory cannot fail, and every key is a text.
    serde_json::to_vec(&Request { resource_spans: [ResourceSpans { resource, scope_spans }] }).unwrap_or_default()
}

/// How many spans a collector that took the request did not take.
pub(super) fn rejected(answer: &[u8]) -> u64 {
    let answer: Answer = serde_json::from_slice(answer).unwrap_or_default();
    match answer.partial_success.rejected_spans {
        serde_json::Value::String(text) => text.parse().unwrap_or(0),
        number => number.as_u64().unwrap_or(0),
    }
}

/// The span of a request, by OpenTelemetry's conventions for HTTP servers.
fn server(whole: &Whole) -> Span<'_> {
    let method = known(&whole.method);
    let name = match (&whole.route, method) {
        (Some(route), _) => Cow::Owned(format!("{} {route}", method.unwrap_or("HTTP"))),
        (None, Some(method)) => Cow::Borrowed(method),
        (None, None) => Cow::Borrowed("HTTP"),
    };
    let mut attributes = vec![
        text("http.request.method", method.unwrap_or("_OTHER")),
        text("url.scheme", whole.scheme),
        text("url.path", whole.path.as_str()),
        text("server.address", whole.local.ip().to_string()),
        number("server.port", whole.local.port()),
        text("client.address", whole.client.ip().to_string()),
        text("gantry.request.id", &*whole.id),
    ];
    attributes.extend(whole.route.as_deref().map(|route| text("http.route", route)));
    attributes.extend(whole.api.as_deref().map(|api| text("gantry.api", api)));
    attributes.extend(whole.status.map(|status| number("http.response.status_code", status.as_u16())));
    // Only a failure of the gateway or of a service it calls is an error of the server; clients' mistakes are not.
    let failed = whole.status.is_some_and(|status| status.is_server_error());
    let error = match (whole.fault.as_deref(), whole.status) {
        (Some(fault), _) if failed => Some(Cow::Borrowed(fault)),
        (None, Some(status)) if failed => Some(Cow::Owned(status.as_u16().to_string())),
        _ if !whole.complete => Some(Cow::Borrowed("incomplete")),
        _ => None,
    };
    attributes.extend(error.map(|error| text("error.type", error)));
    Span {
        trace_id: whole.trace.to_string(),
        span_id: whole.span.to_string(),
        parent_span_id: whole.parent.map(|parent| parent.to_string()),
        name,
        kind: KIND_SERVER,
        start_time_unix_nano: nanoseconds(whole.started),
        end_time_unix_nano: nanoseconds(whole.ended),
        attributes,
        links: whole.link.map(|(trace, span)| [Link { trace_id: trace.to_string(), span_id: span.to_string() }]),
        status: failed.then_some(Status { code: STATUS_ERROR, message: whole.fault.as_deref() }),
    }
}

/// The span of a step.
fn child(trace: TraceId, server: SpanId, span: &StepSpan) -> Span<'_> {
    let mut attributes = vec![text("gantry.policy", &*span.step.policy), text("gantry.place", &*span.step.place)];
    attributes.extend(span.fault.as_deref().map(|fault| text("error.type", fault)));
    Span {
        trace_id: trace.to_string(),
        span_id: span.id.to_string(),
        parent_span_id: Some(server.to_string()),
        name: Cow::Borrowed(&span.step.title),
        kind: KIND_INTERNAL,
        start_time_unix_nano: nanoseconds(span.started),
        end_time_unix_nano: nanoseconds(span.ended),
        attributes,
        links: None,
        status: span.fault.as_deref().map(|fault| Status { code: STATUS_ERROR, message: Some(fault) }),
    }
}

/// The span of a call, by OpenTelemetry's conventions for HTTP clients and for functions that are invoked.
fn client(trace: TraceId, span: &CallSpan) -> Span<'_> {
    let call = &span.call;
    let (name, mut attributes) = match &call.target {
        CallTarget::Service { method, uri } => {
            let method = known(method).unwrap_or("_OTHER");
            let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
            let attributes = vec![
                text("http.request.method", method),
                text("url.full", address(uri)),
                text("server.address", uri.host().unwrap_or_default()),
                number("server.port", port),
            ];
            (Cow::Borrowed(if method == "_OTHER" { "HTTP" } else { method }), attributes)
        }
        CallTarget::Function { name, region, .. } => {
            let attributes = vec![
                text("rpc.system", "aws-api"),
                text("rpc.service", "Lambda"),
                text("rpc.method", "Invoke"),
                text("faas.invoked_name", &**name),
                text("faas.invoked_provider", "aws"),
                text("faas.invoked_region", &**region),
            ];
            (Cow::Borrowed("Lambda/Invoke"), attributes)
        }
    };
    attributes.extend(call.status.map(|status| number("http.response.status_code", status.as_u16())));
    attributes.extend((call.attempts > 1).then(|| number("http.request.resend_count", resent(call))));
    let error = match (&call.failure, call.status) {
        (Some(failure), _) => Some(Cow::Borrowed(failure.kind)),
        // For a client also an answer that says it was wrong is an error.
        (None, Some(status)) if status.as_u16() >= 400 => Some(Cow::Owned(status.as_u16().to_string())),
        _ => None,
    };
    let failed = error.is_some();
    attributes.extend(error.map(|error| text("error.type", error)));
    Span {
        trace_id: trace.to_string(),
        span_id: span.id.to_string(),
        parent_span_id: Some(span.parent.to_string()),
        name,
        kind: KIND_CLIENT,
        start_time_unix_nano: nanoseconds(span.started),
        end_time_unix_nano: nanoseconds(span.started + call.duration),
        attributes,
        links: None,
        // Causes are for the log: they may hold what a function said.
        status: failed.then_some(Status { code: STATUS_ERROR, message: None }),
    }
}

fn resent(call: &Call) -> u16 {
    u16::try_from(call.attempts - 1).unwrap_or(u16::MAX)
}

fn known(method: &Method) -> Option<&'static str> {
    METHODS.into_iter().find(|known| *known == method.as_str())
}

fn text<'a>(key: &'static str, value: impl Into<Cow<'a, str>>) -> Attribute<'a> {
    Attribute { key, value: AttributeValue::StringValue(value.into()) }
}

fn number(key: &'static str, value: u16) -> Attribute<'static> {
    Attribute { key, value: AttributeValue::IntValue(value.to_string()) }
}

/// Nanoseconds since 1970.
fn nanoseconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}
