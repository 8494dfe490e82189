//! `request.body`, and the fields of a form in it.

use http::Method;

use super::message;
use super::path::Path;
use super::repeated::grouped;
use crate::base::Generation;
use crate::runtime::State;
use crate::value::{Value, form};

/// The body as it was sent. The v5 engine takes none from requests that should not have one, and reads forms.
pub(super) fn body(state: &State, path: Path<'_>) -> Value {
    if has_no_body(state) {
        return Value::NULL;
    }
    if state.route.pipeline.generation == Generation::V5 && is_form(state) {
        return form_fields(state).at(path.iter().map(|name| &**name)).map(Value::from).unwrap_or_default();
    }
    message::body(&state.request.body, path)
}

/// Whether the generation does not look at this request's body.
pub(super) fn has_no_body(state: &State) -> bool {
    let ignored = [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS];
    state.route.pipeline.generation == Generation::V5 && ignored.contains(&state.request.method)
}

/// Whether the request's body is a form that a URL could have held.
fn is_form(state: &State) -> bool {
    let kind = state.request.headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The fields of a form, as an object.
fn form_fields(state: &State) -> Value {
    let bytes = state.request.body.bytes().unwrap_or_default();
    Value::from(grouped(form::fields(&bytes)))
}

/// The values of a field of a form.
pub(super) fn fields(state: &State, name: &str) -> Vec<String> {
    if !is_form(state) || has_no_body(state) {
        return Vec::new();
    }
    let bytes = state.request.body.bytes().unwrap_or_default();
    form::fields(&bytes).filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}
