//! `max-concurrency`: how many calls of a function run at a time.

use std::sync::Arc;

use crate::policy::Compiler;
use crate::resources::bulkhead::{Bulkhead, Bulkheads, Permit};
use crate::resources::cache::{Fingerprint, Key};
use crate::runtime::{Fault, FaultSource, kinds};

use super::call_target::CallTarget;
use super::chosen::Chosen;
use super::config::Config;

/// The limit of a step. What runs is counted over all steps that have one for the same function.
pub(super) struct Limit {
    most: usize,
    /// The function's address, and the identity that calls it.
    place: Key,
    all: Arc<Bulkheads>,
    /// That of a function which load knows.
    known: Option<Arc<Bulkhead>>,
}

pub(super) fn compile(config: &Config, call: &CallTarget, compiler: &Compiler<'_, '_>) -> Option<Limit> {
    let most = config.max_concurrency? as usize;
    let all = compiler.shared.resources.bulkheads().clone();
    let known = call.select.known().map(|chosen| all.get(key(&call.identity, chosen)));
    Some(Limit { most, place: call.identity, all, known })
}

fn key(place: &Key, chosen: &Chosen) -> Key {
    Fingerprint::new("bulkhead").with(place).with(&*chosen.home).key()
}

impl Limit {
    /// A place among the calls of this function, kept until it is dropped.
    pub(super) fn enter(&self, chosen: &Chosen) -> Result<Permit, Fault> {
        let permit = match &self.known {
            Some(bulkhead) => bulkhead.enter(self.most),
            None => self.all.get(key(&self.place, chosen)).enter(self.most),
        };
        permit.ok_or_else(|| {
            let message = "as many calls of the function are running as may at a time";
            Fault::new(&kinds::LAMBDA_BUSY, FaultSource::Gateway, message)
        })
    }
}
