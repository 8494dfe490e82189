//! `request.*` and `session.*`: the original request and its connection.

use std::sync::Arc;

use http::{HeaderMap, Method};
use time::OffsetDateTime;

use super::{State, api, clock, message, parameters};
use crate::base::Generation;
use crate::value::Value;

/// What `request` holds when it is read as one object.
const REQUEST: [&str; 13] = [
    "verb",
    "uri",
    "path",
    "search",
    "querystring",
    "headers",
    "parameters",
    "body",
    "content-type",
    "date",
    "authorization",
    "attributes",
    "websocket",
];
const SESSION: [&str; 5] = ["clientAddress", "localAddress", "globalTransactionID", "timeStarted", "timeElapsed"];

/// What stands below `request`.
pub(super) fn get(state: &State, path: &[Arc<str>]) -> Value {
    let request = &state.request;
    let query = || request.uri.query();
    let Some((first, rest)) = path.split_first() else {
        let members = REQUEST.iter().map(|name| (*name, get(state, &[Arc::from(*name)])));
        return Value::object(members.filter(|(_, value)| *value != Value::Null));
    };
    match (&**first, rest) {
        ("verb", []) => request.method.as_str().into(),
        ("path", []) => request.uri.path().into(),
        ("search", []) => query().map_or_else(|| "".into(), |query| format!("?{query}").into()),
        ("querystring", []) => query().unwrap_or_default().into(),
        ("uri", []) => uri(state).into(),
        ("headers", []) => message::headers(&request.headers),
        ("headers", [name, ..]) => message::header(&request.headers, name),
        ("body", rest) => body(state, rest),
        ("content-type", []) => content_type(&request.headers),
        ("authorization", rest) => authorization(state, rest),
        ("date", []) => clock::milliseconds(OffsetDateTime::from(request.received)).into(),
        ("parameters", rest) => parameters::get(state, rest),
        ("attributes", []) => Value::object([("isCORSPreflight", is_preflight(state).into())]),
        ("attributes", [name]) if &**name == "isCORSPreflight" => is_preflight(state).into(),
        ("websocket", []) => is_websocket(state).into(),
        _ => Value::Null,
    }
}

/// What stands below `session`.
pub(super) fn session(state: &State, path: &[&str]) -> Value {
    let request = &state.request;
    match path {
        [] => Value::object(SESSION.map(|name| (name, session(state, &[name])))),
        ["clientAddress"] => api::address(request.client.ip()),
        ["localAddress"] => api::address(request.local.ip()),
        ["globalTransactionID"] => (&*request.id).into(),
        ["timeStarted"] => clock::since_epoch(request.received),
        ["timeElapsed"] => {
            let elapsed = request.received.elapsed().unwrap_or_default();
            Value::from(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
        }
        _ => Value::Null,
    }
}

/// The body as it was sent. The v5 engine takes none from requests that should not have one, and reads forms.
pub(super) fn body(state: &State, path: &[Arc<str>]) -> Value {
    if has_no_body(state) {
        return Value::Null;
    }
    if state.pipeline.generation == Generation::V5 && parameters::is_form(state) {
        return parameters::form(state).at(path.iter().map(|name| &**name)).cloned().unwrap_or_default();
    }
    message::body(&state.request.body, path)
}

/// Whether the generation does not look at this request's body.
pub(super) fn has_no_body(state: &State) -> bool {
    let ignored = [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS];
    state.pipeline.generation == Generation::V5 && ignored.contains(&state.request.method)
}

/// The full URL as the client wrote it; in the v5 engine, as the request line has it.
fn uri(state: &State) -> String {
    let request = &state.request;
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
    if state.pipeline.generation == Generation::V5 {
        return path.to_owned();
    }
    let host = request.headers.get("host").and_then(|host| host.to_str().ok());
    let host = host.or(request.uri.host()).unwrap_or_default();
    format!("{}://{host}{path}", request.scheme)
}

/// The media type, where all kinds of JSON and of XML are one each.
fn content_type(headers: &HeaderMap) -> Value {
    let whole = message::header(headers, "content-type");
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

/// The header as it was sent; in the v5 engine, and for its members, in its parts.
fn authorization(state: &State, path: &[Arc<str>]) -> Value {
    let whole = message::header(&state.request.headers, "authorization");
    if path.is_empty() && state.pipeline.generation == Generation::V10 {
        return whole;
    }
    let parts = whole.as_str().and_then(authorization_parts).unwrap_or_default();
    parts.at(path.iter().map(|name| &**name)).cloned().unwrap_or_default()
}

/// `scheme`, and either a `token` or `params`.
fn authorization_parts(header: &str) -> Option<Value> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    let rest = rest.trim();
    let body = rest.trim_end_matches('=');
    let is_token = !body.is_empty() && body.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
    let (token, params) = match is_token {
        true => (rest.into(), Value::Object(Arc::default())),
        false => (Value::Null, Value::object(auth_params(rest))),
    };
    Some(Value::object([("scheme", scheme.into()), ("token", token), ("params", params)]))
}

/// `name="value"` and `name=value`, with commas between.
fn auth_params(text: &str) -> Vec<(String, Value)> {
    let mut params = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, behind) = match after.strip_prefix('"') {
            Some(quoted) => match quoted.find('"') {
                Some(end) => (&quoted[..end], &quoted[end + 1..]),
                None => (quoted, ""),
            },
            None => after.split_once(',').unwrap_or((after, "")),
        };
        params.push((name.trim_matches([' ', ',', '\t']).to_owned(), Value::from(value.trim())));
        rest = behind;
    }
    params
}

/// Whether a browser asks what another origin may do.
fn is_preflight(state: &State) -> bool {
    let request = &state.request;
    let has = |name: &str| request.headers.contains_key(name);
    request.method == Method::OPTIONS && has("origin") && has("access-control-request-method")
}

/// Whether the client wants to speak WebSocket. `Upgrade` belongs to the connection and has gone; the key has not.
fn is_websocket(state: &State) -> bool {
    state.request.headers.contains_key("sec-websocket-key")
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
