//! `session.*`: the connection that the request came on.

use std::sync::Arc;

use super::{certificate, clock, host};
use crate::runtime::State;
use crate::value::Value;

/// Everything below `session`, without what is null.
pub(super) fn whole(state: &State, path: &[Arc<str>]) -> Value {
    let certificate = certificate::whole(state, path);
    let members = [
        ("clientAddress", client_address(state, path)),
        ("localAddress", local_address(state, path)),
        ("clientCertificate", certificate),
        ("globalTransactionID", transaction(state, path)),
        ("timeStarted", started(state, path)),
        ("timeElapsed", elapsed(state, path)),
    ];
    Value::object(members.into_iter().filter(|(_, value)| !value.is_null()))
}

pub(super) fn client_address(state: &State, _: &[Arc<str>]) -> Value {
    host::address(state.request.client.ip())
}

pub(super) fn local_address(state: &State, _: &[Arc<str>]) -> Value {
    host::address(state.request.local.ip())
}

pub(super) fn transaction(state: &State, _: &[Arc<str>]) -> Value {
    (&*state.request.id).into()
}

pub(super) fn started(state: &State, _: &[Arc<str>]) -> Value {
    clock::since_epoch(state.request.received)
}

pub(super) fn elapsed(state: &State, _: &[Arc<str>]) -> Value {
    let elapsed = state.fixed.now().duration_since(state.request.received).unwrap_or_default();
    Value::from(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}
