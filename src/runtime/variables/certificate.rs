//! `session.clientCertificate.*`: who the client is by its certificate.

use super::path::Path;
use crate::runtime::{ClientCertificate, State};
use crate::value::Value;

/// Everything below `session.clientCertificate`.
pub(super) fn whole(state: &State, path: Path<'_>) -> Value {
    if state.request.certificate.is_none() {
        return Value::NULL;
    }
    Value::object([
        ("subject", subject(state, path)),
        ("issuer", issuer(state, path)),
        ("serialNumber", serial_number(state, path)),
        ("fingerprint", fingerprint(state, path)),
        ("names", names(state, path)),
    ])
}

pub(super) fn subject(state: &State, _: Path<'_>) -> Value {
    of(state, |certificate| certificate.subject.as_str().into())
}

pub(super) fn issuer(state: &State, _: Path<'_>) -> Value {
    of(state, |certificate| certificate.issuer.as_str().into())
}

pub(super) fn serial_number(state: &State, _: Path<'_>) -> Value {
    of(state, |certificate| certificate.serial_number.as_str().into())
}

pub(super) fn fingerprint(state: &State, _: Path<'_>) -> Value {
    of(state, |certificate| certificate.fingerprint.as_str().into())
}

pub(super) fn names(state: &State, path: Path<'_>) -> Value {
    let names = of(state, |certificate| Value::list(certificate.names.iter().map(|name| name.as_str().into())));
    names.below(super::path::segments(path))
}

fn of(state: &State, fact: impl FnOnce(&ClientCertificate) -> Value) -> Value {
    state.request.certificate.as_deref().map_or(Value::NULL, fact)
}
