use std::sync::Arc;

use crate::base::Generation;
use crate::identity::{Directory, Stranger, caller, stranger_fault};
use crate::runtime::{ClientDemand, Context, Fault, Outcome, State, Step};

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
        let operation = state.route.operation.clone();
        let generation = state.route.pipeline.generation;
        let anonymous = || self.0.anonymous(generation).cloned();
        if operation.clients.is_empty() {
            state.identity.caller = anonymous();
            return Ok(());
        }
        state.identity.identified = 0;
        let (mut first, mut stranger) = (None, Stranger::Unknown);
        for (number, demand) in operation.clients.iter().enumerate() {
            match caller(&self.0, demand, state) {
                Ok(caller) => {
                    state.identity.identified |= 1 << number;
                    first.get_or_insert(caller);
                }
                Err(Stranger::Unknown) => {}
                Err(known) => stranger = known,
            }
        }
        if first.is_some() {
            state.identity.caller = first;
            // Services need not see with what their callers came in. The v5 engine passed it on.
            if generation == Generation::V10 {
                let places = operation.clients.iter().flat_map(|demand| demand.ids.iter().chain(&demand.secrets));
                for place in places.filter(|place| place.in_header) {
                    state.outgoing.message.headers.remove(&*place.name);
                }
            }
            return Ok(());
        }
        // Another alternative may ask for no application.
        if operation.clients.iter().any(ClientDemand::is_open) {
            state.identity.caller = anonymous();
            return Ok(());
        }
        Err(stranger_fault(stranger, generation))
    }
}
