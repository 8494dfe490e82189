//! The sources of the keys that sign calls, and the cache that keeps the keys fresh.
//!
//! A [`Credentials`] belongs to one [`CredentialSource`] and is made at load. Between the source and every caller
//! stands one single-flight cache: many requests wait for one call to STS, and a renewal happens before the old keys
//! expire, while they still serve.

mod error;
mod gauges;
mod load;
mod sdk_http;
mod source;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwapOption;
use aws_credential_types::Credentials as Keys;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::task::JoinError;

use crate::http_client::HttpClient;
use crate::value::panic_message;
use load::Loader;

pub use error::CredentialsError;
pub use gauges::CredentialGauges;
#[cfg(test)]
pub(crate) use sdk_http::SdkHttp;
pub use source::{AssumeRole, Base, CredentialSource, StaticKeys};

/// Credentials are renewed this long before they expire, or when four fifths of their life are over if that is later.
const REFRESH_AHEAD: Duration = Duration::from_secs(300);

/// After a failure the source is left alone for this long; until then its last error is the answer.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// One source of credentials with its cache.
pub struct Credentials {
    loader: Loader,
    current: ArcSwapOption<Entry>,
    flight: Mutex<Flight>,
    gauges: CredentialGauges,
}

/// Keys with the times that matter.
struct Entry {
    keys: Arc<Keys>,
    /// When to renew in the background; `None` for keys that do not expire.
    refresh_at: Option<SystemTime>,
}

type Loading = Shared<BoxFuture<'static, Result<Arc<Entry>, CredentialsError>>>;

/// The call to the source that is under way, and how the last one failed.
#[derive(Default)]
struct Flight {
    loading: Option<Loading>,
    failed: Option<(Instant, CredentialsError)>,
}

impl Credentials {
    /// A source with an empty cache; nothing is read or called before the first [`Credentials::get`]. `http` carries
    /// the calls to STS and to the other services of the default chain.
    pub fn new(source: CredentialSource, http: HttpClient) -> Arc<Self> {
        Self::observed(source, http, CredentialGauges::default())
    }

    /// [`Credentials::new`], counted by these gauges.
    pub fn observed(source: CredentialSource, http: HttpClient, gauges: CredentialGauges) -> Arc<Self> {
        Arc::new(Credentials {
            loader: Loader::new(source, http),
            current: ArcSwapOption::empty(),
            flight: Mutex::default(),
            gauges,
        })
    }

    /// The source of the keys.
    pub fn source(&self) -> &CredentialSource {
        self.loader.source()
    }

    /// Valid keys. Waits only where there are none yet, or the old ones have expired; it is safe to drop half-way.
    pub async fn get(self: &Arc<Self>) -> Result<Arc<Keys>, CredentialsError> {
        match self.ready(SystemTime::now()) {
            Some(keys) => Ok(keys),
            None => self.load().await.map(|entry| entry.keys.clone()),
        }
    }

    /// Valid keys, where there are some without waiting.
    pub fn ready(self: &Arc<Self>, now: SystemTime) -> Option<Arc<Keys>> {
        let entry = self.current.load();
        let entry = entry.as_ref().filter(|entry| entry.keys.expiry().is_none_or(|expiry| now < expiry))?;
        if entry.refresh_at.is_some_and(|at| now >= at) {
            // The task runs by itself; who needs its result meets it in the cache.
            drop(self.load());
        }
        Some(entry.keys.clone())
    }

    /// Throws the keys with this access key id away, so that the next call fetches new ones: AWS said they expired.
    pub fn mark_stale(&self, access_key_id: &str) {
        let current = self.current.load_full();
        if current.as_ref().is_some_and(|entry| entry.keys.access_key_id() == access_key_id) {
            self.current.compare_and_swap(&current, None);
        }
    }

    /// When the keys in the cache expire; `None` where there are none or they do not expire.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.current.load().as_ref().and_then(|entry| entry.keys.expiry())
    }

    /// Joins the call under way or starts one.
    fn load(self: &Arc<Self>) -> Loading {
        let mut flight = self.flight.lock().unwrap_or_else(PoisonError::into_inner);
        // One that is over and still here was interrupted before it could clear its place.
        if let Some(loading) = flight.loading.as_ref().filter(|loading| loading.peek().is_none()) {
            return loading.clone();
        }
        if let Some((at, error)) = &flight.failed
            && at.elapsed() < PAUSE_AFTER_FAILURE
        {
            return futures_util::future::ready(Err(error.clone())).boxed().shared();
        }
        // A task of its own: a caller that gives up must not take the call away from those who still wait.
        let task = tokio::spawn(Self::load_once(self.clone()));
        let loading = async { task.await.unwrap_or_else(|error| Err(interrupted(error))) };
        let loading = loading.boxed().shared();
        flight.loading = Some(loading.clone());
        loading
    }

    async fn load_once(this: Arc<Self>) -> Result<Arc<Entry>, CredentialsError> {
        let loaded = this.loader.load().await;
        this.gauges.record(this.source(), loaded.as_ref());
        let loaded = loaded.map(|keys| Arc::new(Entry::new(keys)));
        let mut flight = this.flight.lock().unwrap_or_else(PoisonError::into_inner);
        flight.loading = None;
        flight.failed = match &loaded {
            Ok(entry) => {
                this.current.store(Some(entry.clone()));
                None
            }
            Err(error) => {
                tracing::warn!(error = %error, "credentials could not be renewed");
                Some((Instant::now(), error.clone()))
            }
        };
        loaded
    }
}

/// The error of a load that did not come to its end.
fn interrupted(error: JoinError) -> CredentialsError {
    match error.try_into_panic() {
        Ok(panic) => {
            let cause = panic_message(&*panic);
            tracing::error!(cause, "loading credentials panicked: this is a defect in Gantry");
            CredentialsError::new(format!("loading them panicked: {cause}"))
        }
        Err(_) => CredentialsError::new("loading was interrupted: the gateway is shutting down"),
    }
}

impl Entry {
    fn new(keys: Keys) -> Self {
        let refresh_at = keys.expiry().map(|expiry| {
            let left = expiry.duration_since(SystemTime::now()).unwrap_or_default();
            expiry - REFRESH_AHEAD.min(left / 5)
        });
        Entry { keys: Arc::new(keys), refresh_at }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Credentials").field(self.source()).finish()
    }
}
