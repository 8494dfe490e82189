use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::assembly::Generation;
use crate::openapi::KeyPlace;
use crate::policy::{Directory, Stranger};
use crate::runtime::{Caller, ClientDemand, Context, Fault, FaultSource, Outcome, State, Step, kinds};

/// Finds out which application calls, and refuses those that may not.
pub(super) struct Identify(pub Arc<Directory>);

impl Step for Identify {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        match self.identify(&mut cx.state) {
            Ok(()) => Outcome::done(),
            Err(fault) => Outcome::fault(fault),
        }
    }
}

impl Identify {
    fn identify(&self, state: &mut State) -> Result<(), Fault> {
        let operation = state.operation.clone();
        if operation.clients.is_empty() {
            return Ok(());
        }
        state.identified = 0;
        let (mut first, mut stranger) = (None, Stranger::Unknown);
        for (number, demand) in operation.clients.iter().enumerate() {
            match caller(&self.0, demand, state) {
                Ok(caller) => {
                    state.identified |= 1 << number;
                    first.get_or_insert(caller);
                }
                Err(Stranger::Disabled) => stranger = Stranger::Disabled,
                Err(Stranger::Unknown) => {}
            }
        }
        if first.is_some() {
            state.caller = first;
            // Services need not see with what their callers came in. The v5 engine passed it on.
            if state.pipeline.generation == Generation::V10 {
                let places = operation.clients.iter().flat_map(|demand| demand.id.iter().chain(&demand.secret));
                for place in places.filter(|place| place.in_header) {
                    state.message.headers.remove(&*place.name);
                }
            }
            return Ok(());
        }
        // Another way in may ask for no application.
        if operation.clients.iter().any(ClientDemand::is_open) {
            return Ok(());
        }
        let (kind, message) = match stranger {
            Stranger::Unknown => (&kinds::UNAUTHORIZED, "Invalid client id or secret."),
            Stranger::Disabled => (&kinds::FORBIDDEN, "The application is disabled."),
        };
        Err(Fault::new(kind, FaultSource::Client, message))
    }
}

/// The application that a demand names, with what it sends.
pub(in crate::policy) fn caller(
    directory: &Directory,
    demand: &ClientDemand,
    state: &State,
) -> Result<Arc<Caller>, Stranger> {
    let what_was = |place: &KeyPlace| sent(place, state).ok_or(Stranger::Unknown);
    let id = what_was(demand.id.as_ref().ok_or(Stranger::Unknown)?)?;
    let secret = demand.secret.as_ref().map(what_was).transpose()?;
    directory.find(&id, secret.as_deref()).map(|member| member.caller.clone())
}

/// What stands at a place of the request. A key that is sent twice is none.
pub(in crate::policy) fn sent(place: &KeyPlace, state: &State) -> Option<String> {
    if place.in_header {
        let mut all = state.request.headers.get_all(&*place.name).iter();
        return match (all.next(), all.next()) {
            (Some(value), None) => value.to_str().ok().map(str::to_owned),
            _ => None,
        };
    }
    let pairs = state.request.uri.query().unwrap_or_default().split('&');
    let mut all = pairs.filter_map(|pair| pair.split_once('=')).filter(|(name, _)| **name == *place.name);
    match (all.next(), all.next()) {
        (Some((_, value)), None) => percent_decode_str(value).decode_utf8().ok().map(|text| text.into_owned()),
        _ => None,
    }
}
