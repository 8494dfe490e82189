//! `client.*` and `plan.*`: who calls, and under which plan.
//!
//! [`State::caller`] is where they come from. It is empty until an application is identified.

use super::State;
use crate::base::Generation;
use crate::value::Value;

/// What stands below `client`.
pub(super) fn client(state: &State, path: &[&str]) -> Value {
    known(state.caller.as_deref().map(|caller| &caller.client), path)
        .unwrap_or_else(|| unidentified(state, path, &[("app", &["id", "name", "secret"]), ("org", &["id", "name"])]))
}

/// What stands below `plan`.
pub(super) fn plan(state: &State, path: &[&str]) -> Value {
    known(state.caller.as_deref().map(|caller| &caller.plan), path)
        .unwrap_or_else(|| unidentified(state, path, &[("", &["id", "name", "version", "rate-limit"])]))
}

fn known(whole: Option<&Value>, path: &[&str]) -> Option<Value> {
    whole.map(|whole| whole.at(path.iter().copied()).cloned().unwrap_or_default())
}

/// Without an application, v10 has nothing here and the v5 engine empty texts.
fn unidentified(state: &State, path: &[&str], parts: &[(&str, &[&str])]) -> Value {
    if state.pipeline.generation == Generation::V10 {
        return Value::Null;
    }
    let mut whole = Value::Null;
    for (part, names) in parts {
        for name in *names {
            let at: Vec<&str> = [*part, *name].into_iter().filter(|name| !name.is_empty()).collect();
            whole.set(&at, "".into());
        }
    }
    whole.at(path.iter().copied()).cloned().unwrap_or_default()
}
