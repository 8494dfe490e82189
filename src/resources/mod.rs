//! Resources that outlive a reload: connection pools, credential caches and compiled patterns, keyed by their configuration; stored
//! responses, counters of running requests, and background work.
//!
//! A load asks for what it needs and gets what is already there; what no load has asked for since the one before last is let
//! go, so that a profile that was removed does not stay open for ever.

pub mod background;
pub mod bulkhead;
pub mod cache;
pub mod calls;
pub mod counters;
pub mod discovery;
pub mod fetch;
pub mod introspection;
pub mod key_sets;
mod load_context;
mod shared_by_key;
#[cfg(test)]
mod tests;
pub mod upstreams;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

use crate::aws::client::LambdaClient;
use crate::aws::credentials::{Base, CredentialGauges, CredentialSource, Credentials, StaticKeys};
use crate::http_client::{HttpClient, PoolOptions, StandIn, TlsError, TlsOptions};
use crate::script::{Engine, Limits, StuckThreads};
use crate::value::Secret;
use background::Background;
use bulkhead::Bulkheads;
use cache::{Cache, Key};
use calls::CallCounters;
use counters::{Counters, Memory};
use discovery::Discoveries;
use introspection::Introspections;
use key_sets::KeySets;
use upstreams::Upstreams;

pub use load_context::LoadContext;

/// The shared things of a process.
#[derive(Default)]
pub struct Resources {
    clients: Mutex<Kept<(TlsOptions, PoolOptions), HttpClient>>,
    lambda_clients: Mutex<Kept<(Key, PoolOptions), Arc<LambdaClient>>>,
    credentials: Mutex<Kept<CredentialSource, Arc<Credentials>>>,
    patterns: Mutex<Kept<(String, bool), Regex>>,
    scripts: Mutex<Kept<Limits, Arc<Engine>>>,
    stuck_threads: Arc<StuckThreads>,
    cache: Arc<Cache>,
    calls: CallCounters,
    gauges: CredentialGauges,
    bulkheads: Arc<Bulkheads>,
    background: Arc<Background>,
    key_sets: KeySets,
    discoveries: Discoveries,
    introspections: Introspections,
    counters: SharedCounters,
    upstreams: Upstreams,
    /// Answers every call in the place of the network, in tests of authors.
    stand_in: Option<Arc<dyn StandIn>>,
}

/// The counters of rate limits: in memory, until a shared store takes their place.
struct SharedCounters(Arc<dyn Counters>);

impl Default for SharedCounters {
    fn default() -> Self {
        SharedCounters(Arc::new(Memory::default()))
    }
}

/// Values with the load that asked for them last.
struct Kept<K, V> {
    load: u64,
    values: HashMap<K, (u64, V)>,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Kept { load: 0, values: HashMap::new() }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Kept<K, V> {
    fn get_or_make<E>(&mut self, key: &K, make: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        if let Some((used, value)) = self.values.get_mut(key) {
            *used = self.load;
            return Ok(value.clone());
        }
        let value = make()?;
        self.values.insert(key.clone(), (self.load, value.clone()));
        Ok(value)
    }

    fn next_load(&mut self) {
        let load = self.load;
        self.values.retain(|_, (used, _)| *used >= load);
        self.load += 1;
    }
}

impl Resources {
    /// Resources whose clients reach nothing: this answers them. AWS is called with keys that are made up.
    pub fn asking(stand_in: Arc<dyn StandIn>) -> Self {
        Resources { stand_in: Some(stand_in), ..Resources::default() }
    }

    /// The client of these options.
    pub fn http_client(&self, tls: &TlsOptions, pool: &PoolOptions) -> Result<HttpClient, TlsError> {
        let make = || match &self.stand_in {
            Some(stand_in) => Ok(HttpClient::asking(stand_in.clone())),
            None => HttpClient::new(tls, pool),
        };
        lock(&self.clients).get_or_make(&(tls.clone(), pool.clone()), make)
    }

    /// The client for the functions of one place: `place` tells region, endpoint, TLS and credentials. Steps that share it
    /// share its signing key too.
    pub fn lambda_client(
        &self,
        place: Key,
        pool: &PoolOptions,
        make: impl FnOnce() -> LambdaClient,
    ) -> Arc<LambdaClient> {
        let make = || Ok::<_, std::convert::Infallible>(Arc::new(make()));
        match lock(&self.lambda_clients).get_or_make(&(place, pool.clone()), make) {
            Ok(client) => client,
            Err(never) => match never {},
        }
    }

    /// The credential cache of this source.
    pub fn credentials(&self, source: &CredentialSource, http: &HttpClient) -> Arc<Credentials> {
        let own = if self.stand_in.is_some() { made_up(source) } else { source.clone() };
        let make =
            || Ok::<_, std::convert::Infallible>(Credentials::observed(own.clone(), http.clone(), self.gauges.clone()));
        match lock(&self.credentials).get_or_make(source, make) {
            Ok(credentials) => credentials,
            Err(never) => match never {},
        }
    }

    /// A compiled expression. Compiling one costs more than reading the step it is in.
    pub fn regex(&self, text: &str, any_case: bool) -> Result<Regex, regex::Error> {
        let make = || RegexBuilder::new(text).case_insensitive(any_case).build();
        lock(&self.patterns).get_or_make(&(text.to_owned(), any_case), make)
    }

    /// The threads that run scripts under these limits.
    pub fn scripts(&self, limits: Limits) -> Arc<Engine> {
        let make = || Ok::<_, std::convert::Infallible>(Arc::new(Engine::new(limits, self.stuck_threads.clone())));
        match lock(&self.scripts).get_or_make(&limits, make) {
            Ok(engine) => engine,
            Err(never) => match never {},
        }
    }

    /// The threads that scripts hold inside the engine.
    pub fn stuck_threads(&self) -> &StuckThreads {
        &self.stuck_threads
    }

    /// The stored responses.
    pub fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    /// The counters of the calls of steps.
    pub fn calls(&self) -> &CallCounters {
        &self.calls
    }

    /// How old the credentials are.
    pub fn credential_gauges(&self) -> &CredentialGauges {
        &self.gauges
    }

    /// The limits of calls at a time.
    pub fn bulkheads(&self) -> &Arc<Bulkheads> {
        &self.bulkheads
    }

    /// The calls that no request waits for.
    pub fn background(&self) -> &Arc<Background> {
        &self.background
    }

    /// The key sets of issuers.
    pub fn key_sets(&self) -> &KeySets {
        &self.key_sets
    }

    /// The discovery documents of issuers.
    pub fn discoveries(&self) -> &Discoveries {
        &self.discoveries
    }

    /// The introspections of tokens.
    pub fn introspections(&self) -> &Introspections {
        &self.introspections
    }

    /// The upstreams that steps call.
    pub fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    /// Whether something answers calls in the place of the network.
    pub fn has_stand_in(&self) -> bool {
        self.stand_in.is_some()
    }

    /// The counters of rate limits.
    pub fn counters(&self) -> &Arc<dyn Counters> {
        &self.counters.0
    }

    /// Called when a load has succeeded: what neither it nor the one before it used goes.
    pub fn loaded(&self) {
        lock(&self.clients).next_load();
        lock(&self.lambda_clients).next_load();
        lock(&self.credentials).next_load();
        lock(&self.patterns).next_load();
        lock(&self.scripts).next_load();
    }
}

/// Keys that are made up, in the place of those of this machine and of its roles.
fn made_up(source: &CredentialSource) -> CredentialSource {
    let keys = StaticKeys {
        access_key_id: "test".to_owned(),
        secret_access_key: Secret::new("test-secret"),
        session_token: None,
    };
    CredentialSource { base: Base::Static(keys), assume_role: None, region: source.region.clone() }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
