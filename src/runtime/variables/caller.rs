//! `client.*` and `plan.*`: who calls, and under which plan.
//!
//! The identity of the state is where they come from. It is empty until an application is identified.

use std::sync::Arc;

use super::path::segments;
use crate::base::Generation;
use crate::runtime::State;
use crate::value::Value;

/// The member `fixed` of `client`, and below that `path`.
pub(super) fn client(state: &State, fixed: &[&str], path: &[Arc<str>]) -> Value {
    let caller = state.identity.caller.as_deref().map(|caller| &caller.client).filter(|client| !client.is_null());
    at(state, caller, fixed, path, &[("app", &["id", "name", "secret"]), ("org", &["id", "name"])])
}

/// The member `fixed` of `plan`, and below that `path`.
pub(super) fn plan(state: &State, fixed: &[&str], path: &[Arc<str>]) -> Value {
    let caller = state.identity.caller.as_deref().map(|caller| &caller.plan);
    at(state, caller, fixed, path, &[("", &["id", "name", "version", "rate-limit"])])
}

fn at(state: &State, whole: Option<&Value>, fixed: &[&str], path: &[Arc<str>], names: &[(&str, &[&str])]) -> Value {
    let segments = || fixed.iter().copied().chain(segments(path));
    match whole {
        Some(whole) => whole.at(segments()).map(Value::from).unwrap_or_default(),
        None => unidentified(state, names).at(segments()).map(Value::from).unwrap_or_default(),
    }
}

/// Without an application, v10 has nothing here and the v5 engine empty texts.
fn unidentified(state: &State, parts: &[(&str, &[&str])]) -> Value {
    if state.route.pipeline.generation == Generation::V10 {
        return Value::NULL;
    }
    let mut whole = Value::NULL;
    for (part, names) in parts {
        for name in *names {
            let at: Vec<&str> = [*part, *name].into_iter().filter(|name| !name.is_empty()).collect();
            whole.set(&at, "".into());
        }
    }
    whole
}
