//! What the function receives.

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, USER_AGENT};
use time::OffsetDateTime;

use crate::aws::event::{self, EventFormat, EventRequest};
use crate::expression::Reference;
use crate::policy::Compiler;
use crate::policy::call::{input_body, input_headers};
use crate::runtime::{Context, Fault, FaultSource, State, kinds};
use crate::settings::EventContext;

use super::config::Config;

const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// A compiled payload.
pub(super) struct Payload {
    /// Whose body goes; `None` sends nothing.
    pub input: Option<Reference>,
    event: Option<EventFormat>,
    context: EventContext,
}

pub(super) fn compile(config: &Config, input: Option<Reference>, compiler: &Compiler<'_, '_>) -> Payload {
    let context = compiler.shared.settings.event_context.clone();
    Payload { input, event: config.payload.event(), context }
}

impl Payload {
    /// The event's format, if the payload is one.
    pub(super) fn format(&self) -> Option<EventFormat> {
        self.event
    }

    /// The bytes of the payload.
    pub(super) fn build(&self, cx: &Context, trace_id: Option<&HeaderValue>) -> Result<Bytes, Fault> {
        let body = match &self.input {
            Some(input) => input_body(cx, input)?,
            None => Bytes::new(),
        };
        let Some(format) = self.event else { return Ok(body) };
        self.event(cx, format, &body, trace_id).map_err(|error| {
            Fault::new(&kinds::LAMBDA_PAYLOAD, FaultSource::Gateway, format!("the event cannot be written: {error}"))
        })
    }

    /// What the function sees of the client's headers.
    pub(super) fn client_headers(&self, cx: &Context) -> HeaderMap {
        match (self.event, &self.input) {
            (None, _) => HeaderMap::new(),
            (Some(_), Some(input)) => input_headers(cx, &input.root),
            (Some(_), None) => cx.state.request.headers.clone(),
        }
    }

    fn event(
        &self,
        cx: &Context,
        format: EventFormat,
        body: &[u8],
        trace_id: Option<&HeaderValue>,
    ) -> Result<Bytes, serde_json::Error> {
        let state = &*cx.state;
        let request = &state.request;
        let headers = forwarded(self.client_headers(cx), state, trace_id);
        let text = |name: &HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(&http::header::HOST).or(request.uri.host()).unwrap_or_default();
        let client = request.client.ip().to_string();
        let operation = &state.operation;
        let route_key = format!("{} {}", request.method, operation.full_path);
        let path_parameters: Vec<(&str, &str)> =
            request.path_parameters.iter().map(|(name, value)| (&**name, value.as_str())).collect();
        let stage_variables: Vec<(&str, &str)> =
            self.context.stage_variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let binary: Vec<&str> = self.context.binary_media_types.iter().map(String::as_str).collect();
        let default_stage = if format == EventFormat::V1 { "prod" } else { "$default" };
        let protocol = format!("{:?}", request.version);
        event::build(
            format,
            &EventRequest {
                method: request.method.as_str(),
                path: request.uri.path(),
                query: request.uri.query().unwrap_or_default(),
                resource: &operation.full_path,
                path_parameters: &path_parameters,
                headers: &headers,
                body: (!body.is_empty()).then_some(body),
                base64: true,
                source_ip: &client,
                user_agent: text(&USER_AGENT),
                protocol: &protocol,
                request_id: &request.id,
                time: OffsetDateTime::from(request.received),
                stage: self.context.stage.as_deref().unwrap_or(default_stage),
                stage_variables: &stage_variables,
                account_id: self.context.account_id.as_deref().unwrap_or("123456789012"),
                api_id: self.context.api_id.as_deref().unwrap_or(&state.api.name),
                domain_name: host.split(':').next().unwrap_or_default(),
                operation: operation.id.as_deref(),
                route_key: &route_key,
                binary_media_types: &binary,
                authorizer: None,
            },
        )
    }
}

/// The headers that API Gateway adds to what it forwards.
fn forwarded(mut headers: HeaderMap, state: &State, trace_id: Option<&HeaderValue>) -> HeaderMap {
    let request = &state.request;
    let port = request.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let port = port.and_then(|host| host.rsplit_once(':')).map_or(default_port(request.scheme), |(_, port)| port);
    let client = request.client.ip().to_string();
    let chain = match headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()) {
        Some(before) => format!("{before}, {client}"),
        None => client,
    };
    let added =
        [("x-forwarded-for", chain.as_str()), ("x-forwarded-port", port), ("x-forwarded-proto", request.scheme)];
    for (name, value) in added {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if let Some(trace_id) = trace_id {
        headers.insert(TRACE_ID, trace_id.clone());
    }
    headers
}

fn default_port(scheme: &str) -> &'static str {
    if scheme == "https" { "443" } else { "80" }
}

/// The X-Ray form of a W3C `traceparent`, `00-<32 hex>-<16 hex>-<flags>`, so that a trace goes on inside Lambda.
pub(super) fn trace_id(state: &State) -> Option<HeaderValue> {
    let parent = state.request.headers.get("traceparent")?.to_str().ok()?;
    let [_, trace, span, flags] = parent.split('-').collect::<Vec<_>>().try_into().ok()?;
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex(trace, 32) || !hex(span, 16) || !hex(flags, 2) {
        return None;
    }
    let sampled = u8::from_str_radix(flags, 16).ok()? & 1;
    HeaderValue::from_str(&format!("Root=1-{}-{};Parent={span};Sampled={sampled}", &trace[..8], &trace[8..])).ok()
}
