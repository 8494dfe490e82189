//! The request of the client, as events and `payload: request` show it.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, USER_AGENT};
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;

use crate::aws::event::{self, EventFormat, EventRequest};
use crate::base::Reported;
use crate::policy::Compiler;
use crate::runtime::{Context, State, protocol};
use crate::settings::EventContext;

/// The kind of document that a step is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Not an export.
    Other,
    /// An export of a REST API, whose base path is a stage.
    Rest,
    /// An export of an HTTP API, whose base path is a stage.
    Http,
}

/// The account in events where nothing says one.
pub(crate) const ACCOUNT: &str = "123456789012";

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// The JSON of a request in this format; without one as a small object.
pub(crate) fn build(
    cx: &Context,
    format: Option<EventFormat>,
    context: &EventContext,
    origin: Origin,
    headers: Cow<'_, HeaderMap>,
    body: &[u8],
    trace_id: Option<&HeaderValue>,
) -> Result<Bytes, serde_json::Error> {
    let headers = match format {
        Some(_) => Cow::Owned(forwarded(headers.into_owned(), &cx.state, trace_id)),
        None => headers,
    };
    with_request(cx, format, context, origin, &headers, body, |request| match format {
        Some(format) => event::build(format, request),
        None => event::plain(request),
    })
}

/// The client's headers with those that API Gateway adds.
pub(crate) fn headers_with_forwarded(cx: &Context, trace_id: Option<&HeaderValue>) -> HeaderMap {
    forwarded(HeaderMap::clone(&cx.state.request.headers), &cx.state, trace_id)
}

/// The request as an event needs it. The base path of an export is its stage.
pub(crate) fn with_request<T>(
    cx: &Context,
    format: Option<EventFormat>,
    context: &EventContext,
    origin: Origin,
    headers: &HeaderMap,
    body: &[u8],
    then: impl FnOnce(&EventRequest<'_>) -> T,
) -> T {
    let state = &*cx.state;
    let request = &state.request;
    let has_stage = origin != Origin::Other;
    let client = request.client.ip().to_string();
    let text = |name: &HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(&http::header::HOST).or(request.uri.host()).unwrap_or_default();
    let operation = &state.route.operation;
    // The base path of such a document is its stage, which AWS takes off before it looks at the path.
    let template = if has_stage { &operation.path } else { &operation.full_path };
    let resource = if operation.is_default { "$default" } else { template };
    let route_key = match (format, operation.any_verb) {
        // The other formats have none.
        (Some(EventFormat::V2), _) if operation.is_default => "$default".to_owned(),
        (Some(EventFormat::V2), true) => format!("ANY {template}"),
        (Some(EventFormat::V2), false) => format!("{} {template}", request.method),
        _ => String::new(),
    };
    let whole = request.uri.path();
    let path = if has_stage { whole.strip_prefix(&*state.route.api.base_path).unwrap_or(whole) } else { whole };
    let of_base_path = state.route.api.base_path.strip_prefix('/').filter(|stage| has_stage && !stage.contains('/'));
    // HTTP APIs decode the path for both formats; 2.0 does so where the event is written.
    let decodes = origin == Origin::Http && format == Some(EventFormat::V1);
    let path = if decodes { decode(path) } else { Cow::Borrowed(path) };
    let value = |text: &'_ String| if decodes { decode(text).into_owned() } else { text.clone() };
    let decoded: Vec<(&str, String)> =
        request.path_parameters.iter().map(|(name, text)| (&**name, value(text))).collect();
    let path_parameters: Vec<(&str, &str)> = match operation.is_default {
        // Gantry made up the name of the parameter that takes the rest of the path.
        true => Vec::new(),
        false => decoded.iter().map(|(name, value)| (*name, &**value)).collect(),
    };
    let stage_variables: Vec<(&str, &str)> =
        context.stage_variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let binary: Vec<&str> = context.binary_media_types.iter().map(String::as_str).collect();
    let default_stage = if format == Some(EventFormat::V1) { "prod" } else { "$default" };
    then(&EventRequest {
        method: request.method.as_str(),
        path: if path.is_empty() { "/" } else { &path },
        query: request.uri.query().unwrap_or_default(),
        resource,
        path_parameters: &path_parameters,
        headers,
        body: (!body.is_empty()).then_some(body),
        base64: true,
        source_ip: &client,
        user_agent: text(&USER_AGENT),
        protocol: protocol(request.version),
        request_id: &request.id,
        time: OffsetDateTime::from(request.received),
        stage: context.stage.as_deref().or(of_base_path).unwrap_or(default_stage),
        stage_variables: &stage_variables,
        account_id: context.account_id.as_deref().unwrap_or(ACCOUNT),
        api_id: context.api_id.as_deref().unwrap_or(&state.route.api.name),
        domain_name: host.split(':').next().unwrap_or_default(),
        operation: operation.id.as_deref(),
        route_key: &route_key,
        binary_media_types: &binary,
        target_group_arn: context.target_group_arn.as_deref().unwrap_or_default(),
        of_rest_export: origin == Origin::Rest,
        authorizer: state.identity.authorized.as_ref(),
        certificate: request.certificate.as_deref(),
    })
}

/// The context of events: a step's `event-context` overrides the settings.
pub(crate) fn event_context(
    own: Option<&EventContext>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<EventContext, Reported> {
    let mut context = compiler.shared.settings.event_context.clone();
    let Some(own) = own else { return Ok(context) };
    let rows = [
        ("stage", &own.stage, &mut context.stage),
        ("account-id", &own.account_id, &mut context.account_id),
        ("api-id", &own.api_id, &mut context.api_id),
        ("target-group-arn", &own.target_group_arn, &mut context.target_group_arn),
    ];
    for (name, own, place) in rows {
        if let Some(text) = own {
            *place = Some(compiler.constant(&format!("/event-context/{name}"), text)?);
        }
    }
    for (name, text) in &own.stage_variables {
        let pointer = format!("/event-context/stage-variables/{}", name.replace('~', "~0").replace('/', "~1"));
        context.stage_variables.insert(name.clone(), compiler.constant(&pointer, text)?);
    }
    if !own.binary_media_types.is_empty() {
        context.binary_media_types.clone_from(&own.binary_media_types);
    }
    Ok(context)
}

/// Percent-decoded; bytes that are not UTF-8 leave it as it was.
fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

/// The headers that API Gateway adds to what it forwards.
fn forwarded(mut headers: HeaderMap, state: &State, trace_id: Option<&HeaderValue>) -> HeaderMap {
    let request = &state.request;
    let port = request.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let port = port.and_then(|host| host.rsplit_once(':')).map_or(default_port(request.scheme), |(_, port)| port);
    // A proxy in front has named the client already.
    let peer = request.peer.ip().to_string();
    let chain = match headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok()) {
        Some(before) => Cow::Owned(format!("{before}, {peer}")),
        None => Cow::Borrowed(&*peer),
    };
    for (name, value) in [(FORWARDED_FOR, &*chain), (FORWARDED_PORT, port)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(request.scheme));
    if let Some(trace_id) = trace_id {
        headers.insert(TRACE_ID, trace_id.clone());
    }
    state.add_trace(&mut headers, |_| true);
    headers
}

fn default_port(scheme: &str) -> &'static str {
    if scheme == "https" { "443" } else { "80" }
}
