//! The application that a request names.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::{Directory, Stranger};
use crate::openapi::KeyPlace;
use crate::runtime::{Caller, ClientDemand, State};
use crate::value::form;

/// The application that a demand names, with what it sends.
pub fn caller(directory: &Directory, demand: &ClientDemand, state: &State) -> Result<Arc<Caller>, Stranger> {
    let read = |place: &KeyPlace| sent_key(place, state).ok_or(Stranger::Unknown);
    let id = read(demand.id.as_ref().ok_or(Stranger::Unknown)?)?;
    let secret = demand.secret.as_ref().map(read).transpose()?;
    directory.find(&id, secret.as_deref()).map(|member| member.caller.clone())
}

/// What stands at a place of the request. A key that is sent twice is none.
pub fn sent_key(place: &KeyPlace, state: &State) -> Option<String> {
    if place.in_header {
        let mut all = state.request.headers.get_all(&*place.name).iter();
        return match (all.next(), all.next()) {
            (Some(value), None) => value.to_str().ok().map(str::to_owned),
            _ => None,
        };
    }
    let pairs = form::written_pairs(state.request.uri.query().unwrap_or_default());
    let mut all = pairs.filter(|(name, _)| **name == *place.name);
    match (all.next(), all.next()) {
        (Some((_, value)), None) => percent_decode_str(value).decode_utf8().ok().map(|text| text.into_owned()),
        _ => None,
    }
}
