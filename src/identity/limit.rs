//! A limit of calls, and the key that its counter has.

use std::sync::Arc;
use std::time::Duration;

use crate::openapi::Api;
use crate::resources::cache::{Fingerprint, Key};
use crate::settings::Rate;

/// A limit of calls.
pub struct Limit {
    pub name: Arc<str>,
    pub rules: LimitRules,
    /// Kind, name, and what is known at load of what it counts by.
    pub counter: Key,
}

#[derive(Debug, Clone, Copy)]
pub struct LimitRules {
    pub most: u64,
    /// `None` counts calls that run at the same time.
    pub window: Option<Duration>,
    /// Whether calls over the limit are refused.
    pub hard: bool,
    /// Whether the client is told what is left.
    pub client: bool,
    /// Whether counts are taken back when the assembly is over.
    pub give_back: bool,
}

impl Limit {
    /// A limit of a plan: every application has a count of its own.
    pub fn of_plan(
        kind: &'static str,
        name: &str,
        rate: Rate,
        hard: bool,
        (application, plan, api): (&str, &str, &Api),
        operation: Option<usize>,
    ) -> Self {
        let counter = Fingerprint::new("plan").with(kind).with(name).with(application).with(plan);
        let counter = counter.with(&*api.name).with(&*api.version).with(&operation).key();
        let rules = LimitRules { most: rate.most, window: Some(rate.window), hard, client: true, give_back: false };
        Limit { name: name.into(), rules, counter }
    }
}
