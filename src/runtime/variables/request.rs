//! `request.*` and `session.*`: the original request and its connection.

use http::Method;
use time::OffsetDateTime;

use super::path::{Path, segments};
use super::{body, clock, message, parameters};
use crate::base::Generation;
use crate::runtime::State;
use crate::value::{Authorization, Value};

/// Everything below `request`, without what is null.
pub(super) fn whole(state: &State, path: Path<'_>) -> Value {
    let members = [
        ("verb", verb(state, path)),
        ("scheme", scheme(state, path)),
        ("uri", uri(state, path)),
        ("path", self::path(state, path)),
        ("search", search(state, path)),
        ("querystring", querystring(state, path)),
        ("headers", headers(state, path)),
        ("parameters", parameters::all(state, path)),
        ("body", body::body(state, path)),
        ("content-type", content_type(state, path)),
        ("date", date(state, path)),
        ("authorization", authorization(state, path)),
        ("attributes", attributes(state, path)),
        ("websocket", websocket(state, path)),
    ];
    Value::object(members.into_iter().filter(|(_, value)| !value.is_null()))
}

pub(super) fn verb(state: &State, _: Path<'_>) -> Value {
    state.request.method.as_str().into()
}

pub(super) fn scheme(state: &State, _: Path<'_>) -> Value {
    state.request.scheme.into()
}

pub(super) fn path(state: &State, _: Path<'_>) -> Value {
    state.request.uri.path().into()
}

pub(super) fn search(state: &State, _: Path<'_>) -> Value {
    state.request.uri.query().map_or_else(|| "".into(), |query| format!("?{query}").into())
}

pub(super) fn querystring(state: &State, _: Path<'_>) -> Value {
    state.request.uri.query().unwrap_or_default().into()
}

pub(super) fn headers(state: &State, _: Path<'_>) -> Value {
    message::headers(&state.request.headers)
}

/// The header that the path names.
pub(super) fn header(state: &State, path: Path<'_>) -> Value {
    path.first().map_or(Value::NULL, |name| message::header(&state.request.headers, name))
}

pub(super) fn date(state: &State, _: Path<'_>) -> Value {
    clock::milliseconds(OffsetDateTime::from(state.request.received)).into()
}

/// The attributes of the request, or one of them. Any name may be asked for.
pub(super) fn attributes(state: &State, path: Path<'_>) -> Value {
    let all = Value::object([("isCORSPreflight", is_preflight(state).into())]);
    all.below(segments(path))
}

pub(super) fn is_cors_preflight(state: &State, _: Path<'_>) -> Value {
    is_preflight(state).into()
}

/// Whether the client wants to speak WebSocket. `Upgrade` belongs to the connection and has gone; the key has not.
pub(super) fn websocket(state: &State, _: Path<'_>) -> Value {
    state.request.headers.contains_key("sec-websocket-key").into()
}

/// The full URL as the client wrote it; in the v5 engine, as the request line has it.
pub(super) fn uri(state: &State, _: Path<'_>) -> Value {
    let request = &state.request;
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
    if state.route.pipeline.generation == Generation::V5 {
        return path.into();
    }
    let host = request.headers.get("host").and_then(|host| host.to_str().ok());
    let host = host.or(request.uri.host()).unwrap_or_default();
    format!("{}://{host}{path}", request.scheme).into()
}

/// The media type, where all kinds of JSON and of XML are one each.
pub(super) fn content_type(state: &State, _: Path<'_>) -> Value {
    let whole = message::header(&state.request.headers, "content-type");
    let kind = whole.as_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let subtype = kind.split_once('/').map_or("", |(_, subtype)| subtype);
    match subtype {
        "json" | "javascript" => "application/json".into(),
        "xml" => "application/xml".into(),
        other if other.ends_with("+json") => "application/json".into(),
        other if other.ends_with("+xml") => "application/xml".into(),
        _ => whole,
    }
}

/// The header as it was sent; in the v5 engine in its parts.
pub(super) fn authorization(state: &State, _: Path<'_>) -> Value {
    match state.route.pipeline.generation {
        Generation::V10 => message::header(&state.request.headers, "authorization"),
        Generation::V5 => parts(state),
    }
}

pub(super) fn authorization_scheme(state: &State, _: Path<'_>) -> Value {
    parts(state).get("scheme").map(Value::from).unwrap_or_default()
}

pub(super) fn authorization_token(state: &State, _: Path<'_>) -> Value {
    parts(state).get("token").map(Value::from).unwrap_or_default()
}

pub(super) fn authorization_params(state: &State, path: Path<'_>) -> Value {
    let params = parts(state).get("params").map(Value::from).unwrap_or_default();
    params.below(segments(path))
}

fn parts(state: &State) -> Value {
    let whole = message::header(&state.request.headers, "authorization");
    whole.as_str().and_then(authorization_parts).unwrap_or_default()
}

/// `scheme`, and either a `token` or `params`.
fn authorization_parts(header: &str) -> Option<Value> {
    let header = Authorization::parse(header)?;
    let (token, params) = match header.token() {
        Some(token) => (token.into(), Value::empty_object()),
        None => {
            let params = header.parameters().map(|(name, value)| (name.to_owned(), Value::from(&*value)));
            (Value::NULL, Value::object(params))
        }
    };
    Some(Value::object([("scheme", header.scheme.into()), ("token", token), ("params", params)]))
}

/// Whether a browser asks what another origin may do.
fn is_preflight(state: &State) -> bool {
    let request = &state.request;
    let has = |name: &str| request.headers.contains_key(name);
    request.method == Method::OPTIONS && has("origin") && has("access-control-request-method")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_a_token_or_parameters() {
        for (header, json) in [
            ("Basic dXNlcjpwYXNz", r#"{"scheme":"Basic","token":"dXNlcjpwYXNz","params":{}}"#),
            ("Bearer a.b-c_~+/==", r#"{"scheme":"Bearer","token":"a.b-c_~+/==","params":{}}"#),
            (
                r#"Digest username="M, N", qop=auth,uri="/x""#,
                r#"{"scheme":"Digest","token":null,"params":{"username":"M, N","qop":"auth","uri":"/x"}}"#,
            ),
            (r#"Digest a="open"#, r#"{"scheme":"Digest","token":null,"params":{"a":"open"}}"#),
        ] {
            assert_eq!(serde_json::to_string(&authorization_parts(header)).unwrap(), json, "{header}");
        }
        assert_eq!(authorization_parts("token"), None);
    }
}
