//! `api.*` and `env.*`: the API, its operation, and where it is published.

use super::host;
use super::path::{Path, segments};
use crate::base::Generation;
use crate::runtime::State;
use crate::value::Value;

/// Everything below `api`. In the v5 engine the whole holds the document too; otherwise that is read by its name.
pub(super) fn whole(state: &State, path: Path<'_>) -> Value {
    let mut members = vec![
        ("id", id(state, path)),
        ("name", name(state, path)),
        ("title", title(state, path)),
        ("version", version(state, path)),
        ("type", kind(state, path)),
        ("state", self::state(state, path)),
        ("root", root(state, path)),
        ("catalog", whole_catalog(state, path)),
        ("org", organization(state, path)),
        ("operation", operation(state, path)),
        ("endpoint", endpoint(state, path)),
        ("compatibility", compatibility(state, path)),
        ("properties", properties(state, path)),
    ];
    if is_v5(state) {
        members.push(("document", document(state, path)));
    }
    object(members)
}

pub(super) fn id(state: &State, _: Path<'_>) -> Value {
    (&*state.route.api.id).into()
}

pub(super) fn name(state: &State, _: Path<'_>) -> Value {
    (&*state.route.api.name).into()
}

pub(super) fn title(state: &State, _: Path<'_>) -> Value {
    (&*state.route.api.title).into()
}

pub(super) fn version(state: &State, _: Path<'_>) -> Value {
    (&*state.route.api.version).into()
}

pub(super) fn kind(state: &State, _: Path<'_>) -> Value {
    let kind = &*state.route.api.kind;
    match (kind, is_v5(state)) {
        ("wsdl", true) => "SOAP".into(),
        (_, true) => "REST".into(),
        (kind, false) => kind.into(),
    }
}

/// Gantry serves no API that is not running.
pub(super) fn state(state: &State, _: Path<'_>) -> Value {
    if is_v5(state) { "running".into() } else { Value::NULL }
}

pub(super) fn root(state: &State, _: Path<'_>) -> Value {
    (&*state.route.api.base_path).into()
}

pub(super) fn whole_catalog(state: &State, path: Path<'_>) -> Value {
    some(object(["id", "name", "path"].map(|name| (name, catalog(state, path)))))
}

/// The catalog's name, which is its id and its path segment too: a catalog of the settings has a name and nothing else.
pub(super) fn catalog(state: &State, _: Path<'_>) -> Value {
    state.route.api.catalog.as_deref().map_or(Value::NULL, Value::from)
}

pub(super) fn organization(state: &State, _: Path<'_>) -> Value {
    state.route.api.organization.clone()
}

pub(super) fn operation(state: &State, path: Path<'_>) -> Value {
    some(object([("id", operation_id(state, path)), ("path", operation_path(state, path))]))
}

pub(super) fn operation_id(state: &State, _: Path<'_>) -> Value {
    state.route.operation.id.as_deref().map_or(Value::NULL, Value::from)
}

pub(super) fn operation_path(state: &State, _: Path<'_>) -> Value {
    (&*state.route.operation.path).into()
}

pub(super) fn endpoint(state: &State, path: Path<'_>) -> Value {
    some(object([("address", endpoint_address(state, path)), ("hostname", endpoint_hostname(state, path))]))
}

pub(super) fn endpoint_address(state: &State, _: Path<'_>) -> Value {
    host::address(state.request.local.ip())
}

pub(super) fn endpoint_hostname(state: &State, _: Path<'_>) -> Value {
    host::name(state).map_or(Value::NULL, Value::from)
}

pub(super) fn properties(state: &State, path: Path<'_>) -> Value {
    below(&state.route.api.properties, path)
}

pub(super) fn compatibility(state: &State, path: Path<'_>) -> Value {
    below(&state.route.api.compatibility, path)
}

pub(super) fn document(state: &State, path: Path<'_>) -> Value {
    below(state.route.api.document.value(), path)
}

/// Everything below `env`.
pub(super) fn environment(state: &State, path: Path<'_>) -> Value {
    some(object([("path", catalog(state, path))]))
}

/// A member of a value that the load has made.
pub(super) fn member(whole: &Value, path: &[&str]) -> Value {
    whole.at(path.iter().copied()).map(Value::from).unwrap_or_default()
}

fn below(whole: &Value, path: Path<'_>) -> Value {
    whole.below(segments(path))
}

/// An object without what is null.
fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::object(members.into_iter().filter(|(_, value)| !value.is_null()))
}

/// Null in the place of an object without members.
fn some(object: Value) -> Value {
    match object.as_object() {
        Some(members) if members.is_empty() => Value::NULL,
        _ => object,
    }
}

fn is_v5(state: &State) -> bool {
    state.route.pipeline.generation == Generation::V5
}
