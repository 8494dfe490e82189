//! `api.*` and `env.*`: the API, its operation, and where it is published.

use std::net::IpAddr;

use super::State;
use crate::base::Generation;
use crate::value::Value;

/// What `api` holds when it is read as one object.
const MEMBERS: [&str; 12] = [
    "id",
    "name",
    "title",
    "version",
    "type",
    "state",
    "root",
    "catalog",
    "org",
    "operation",
    "endpoint",
    "compatibility",
];

/// What stands below `api`.
pub(super) fn get(state: &State, path: &[&str]) -> Value {
    let api = &*state.api;
    let is_v5 = state.pipeline.generation == Generation::V5;
    match path {
        [] => whole(state, is_v5),
        ["id"] => (&*api.id).into(),
        ["name"] => (&*api.name).into(),
        ["title"] => (&*api.title).into(),
        ["version"] => (&*api.version).into(),
        ["type"] => kind(&api.kind, is_v5).into(),
        // Gantry serves no API that is not running.
        ["state"] if is_v5 => "running".into(),
        ["root"] => (&*api.base_path).into(),
        ["catalog"] => object(state, "catalog", &["id", "name", "path"]),
        // A catalog of the settings has a name and nothing else.
        ["catalog", "id" | "name" | "path"] => catalog(state),
        ["org", rest @ ..] => member(&api.organization, rest),
        ["operation"] => object(state, "operation", &["id", "path"]),
        ["operation", "id"] => state.operation.id.as_deref().map_or(Value::Null, Value::from),
        ["operation", "path"] => (&*state.operation.path).into(),
        ["endpoint"] => object(state, "endpoint", &["address", "hostname"]),
        ["endpoint", "address"] => address(state.request.local.ip()),
        ["endpoint", "hostname"] => host_name(state).map_or(Value::Null, Value::from),
        ["properties", rest @ ..] => member(&api.properties, rest),
        ["compatibility", rest @ ..] => member(&api.compatibility, rest),
        ["document", rest @ ..] => member(api.document.value(), rest),
        _ => Value::Null,
    }
}

/// What stands below `env`.
pub(super) fn environment(state: &State, path: &[&str]) -> Value {
    match (path, catalog(state)) {
        (["path"], name) => name,
        ([], Value::Null) => Value::Null,
        ([], name) => Value::object([("path", name)]),
        _ => Value::Null,
    }
}

/// The catalog's name, which is its path segment too.
fn catalog(state: &State) -> Value {
    state.api.catalog.as_deref().map_or(Value::Null, Value::from)
}

/// An address as people write it: IPv4 even where it arrived on a socket for both.
pub(super) fn address(ip: IpAddr) -> Value {
    ip.to_canonical().to_string().into()
}

/// In the v5 engine the whole holds the document too; otherwise that is read by its name.
fn whole(state: &State, is_v5: bool) -> Value {
    let document: &[&str] = if is_v5 { &["properties", "document"] } else { &["properties"] };
    let members = MEMBERS.iter().chain(document).map(|name| (*name, get(state, &[name])));
    Value::object(members.filter(|(_, value)| *value != Value::Null))
}

/// A part without what nobody has set; null where nothing is.
fn object(state: &State, part: &str, names: &[&str]) -> Value {
    let members = names.iter().map(|name| (*name, get(state, &[part, name])));
    let members: Vec<(&str, Value)> = members.filter(|(_, value)| *value != Value::Null).collect();
    if members.is_empty() { Value::Null } else { Value::object(members) }
}

fn member(whole: &Value, path: &[&str]) -> Value {
    whole.at(path.iter().copied()).cloned().unwrap_or_default()
}

fn kind(kind: &str, is_v5: bool) -> &str {
    match (kind, is_v5) {
        ("wsdl", true) => "SOAP",
        (_, true) => "REST",
        (kind, false) => kind,
    }
}

/// The host that the client asked for, without its port.
fn host_name(state: &State) -> Option<String> {
    let host = state.request.headers.get("host").and_then(|host| host.to_str().ok());
    let host = host.or_else(|| state.request.uri.authority().map(http::uri::Authority::as_str))?;
    let authority = host.parse::<http::uri::Authority>().ok()?;
    Some(authority.host().to_owned())
}
