//! `error.*`: the fault that is being handled.

use std::sync::Arc;

use super::path::segments;
use crate::runtime::{Fault, State, StepInfo};
use crate::value::Value;

/// Everything below `error`, with what the kind of fault adds.
pub(super) fn whole(state: &State, _: &[Arc<str>]) -> Value {
    let Some((fault, step)) = &state.handling.error else { return Value::NULL };
    let text = |of: fn(&StepInfo) -> &str| step.as_deref().map_or(Value::NULL, |step| of(step).into());
    let base = [
        (Arc::from("name"), Value::from(&*fault.name)),
        ("message".into(), fault.message.as_str().into()),
        ("status".into(), status_of(fault)),
        ("policyTitle".into(), text(|step| &step.title)),
        ("policy".into(), text(|step| &step.policy)),
    ];
    Value::object(base.into_iter().chain(fault.details.iter().cloned()))
}

pub(super) fn name(state: &State, _: &[Arc<str>]) -> Value {
    of_fault(state, |fault| (&*fault.name).into())
}

pub(super) fn message(state: &State, _: &[Arc<str>]) -> Value {
    of_fault(state, |fault| fault.message.as_str().into())
}

pub(super) fn status(state: &State, _: &[Arc<str>]) -> Value {
    of_fault(state, status_of)
}

pub(super) fn status_code(state: &State, _: &[Arc<str>]) -> Value {
    of_fault(state, |fault| fault.status.as_u16().into())
}

pub(super) fn status_reason(state: &State, _: &[Arc<str>]) -> Value {
    of_fault(state, |fault| fault.reason().into())
}

pub(super) fn policy(state: &State, _: &[Arc<str>]) -> Value {
    of_step(state, |step| (&*step.policy).into())
}

pub(super) fn policy_title(state: &State, _: &[Arc<str>]) -> Value {
    of_step(state, |step| (&*step.title).into())
}

/// A detail that only faults of some kinds have.
pub(super) fn detail(state: &State, name: &str, path: &[Arc<str>]) -> Value {
    let Some((fault, _)) = &state.handling.error else { return Value::NULL };
    let detail = fault.details.iter().find(|(known, _)| **known == *name);
    detail.and_then(|(_, value)| value.at(segments(path))).map(Value::from).unwrap_or_default()
}

fn of_fault(state: &State, get: impl FnOnce(&Fault) -> Value) -> Value {
    state.handling.error.as_ref().map_or(Value::NULL, |(fault, _)| get(fault))
}

fn of_step(state: &State, get: impl FnOnce(&StepInfo) -> Value) -> Value {
    let step = state.handling.error.as_ref().and_then(|(_, step)| step.as_deref());
    step.map_or(Value::NULL, get)
}

fn status_of(fault: &Fault) -> Value {
    Value::object([("code", fault.status.as_u16().into()), ("reason", fault.reason().into())])
}
