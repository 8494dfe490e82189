//! The application that a request names.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::{Credentials, Directory, Stranger};
use crate::openapi::KeyPlace;
use crate::runtime::{Caller, ClientDemand, State};
use crate::value::form;

/// By which of its plans a caller with several wants to call.
const PLAN: &str = "x-ibm-plan-id";

/// The application that a demand names, with what it sends.
pub fn caller(directory: &Directory, demand: &ClientDemand, state: &State) -> Result<Arc<Caller>, Stranger> {
    let (id, secret) = (same(&demand.ids, state)?, same(&demand.secrets, state)?);
    let plan = state.request.headers.get(PLAN).and_then(|plan| plan.to_str().ok());
    let sent = Credentials { id: id.as_deref(), secret: secret.as_deref(), plan };
    directory.find(sent, state.route.operation.number).map(|member| member.caller.clone())
}

/// The text that is the same in all of these places. Different texts name no application: an id belongs to one, and it has one
/// secret.
fn same(places: &[KeyPlace], state: &State) -> Result<Option<String>, Stranger> {
    let Some((first, others)) = places.split_first() else { return Ok(None) };
    let read = |place: &KeyPlace| sent_key(place, state).ok_or(Stranger::Unknown);
    let text = read(first)?;
    for place in others {
        if read(place)? != text {
            return Err(Stranger::Unknown);
        }
    }
    Ok(Some(text))
}

/// The key at a place of the request. A key that is sent twice does not count.
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
