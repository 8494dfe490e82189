//! Key sets of issuers, read from their URLs: kept as long as the issuer says, asked for by one request at a time.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::header::{ACCEPT, HeaderMap, RETRY_AFTER};
use http::{Request, Uri};
use tokio::time::Instant;

use super::cache::Key;
use super::fetch::{Fetcher, allowed_life};
use super::shared_by_key::SharedByKey;
use crate::jose::{Header, KeySet};
use crate::runtime::{Fetches, address};
use crate::value::Body;

/// The lifetime of keys if the issuer does not specify one.
const USUAL_LIFE: Duration = Duration::from_secs(600);
const SHORTEST_LIFE: Duration = Duration::from_secs(60);
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long keys go on being used while the issuer does not answer.
const GRACE: Duration = Duration::from_secs(3600);
/// At most one attempt in this time, whatever key ids tokens make up.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(30);
/// The longest that an issuer is left alone because it asks for that.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// The key sets of a process, by where they come from.
#[derive(Debug, Default)]
pub struct KeySets(SharedByKey<RemoteKeys>);

/// The keys at a URL.
#[derive(Debug)]
pub struct RemoteKeys {
    fetcher: Fetcher,
    uri: Uri,
    /// The known keys; locked only for as long as a lookup takes.
    known: RwLock<Known>,
    /// The holder of this lock asks the issuer; the others wait for the result.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<Arc<KeySet>>,
    fresh_until: Option<Instant>,
    /// Before this the issuer is not asked again.
    quiet_until: Option<Instant>,
    /// Why the last attempt came to nothing.
    failure: Option<Arc<str>>,
    attempts: u64,
}

// === impl KeySets ===

impl KeySets {
    /// The keys at this URL, read with this fetcher. `key` identifies both.
    pub fn get(&self, key: Key, fetcher: &Fetcher, uri: &Uri) -> Arc<RemoteKeys> {
        self.0.get(key, || RemoteKeys::new(fetcher, uri))
    }
}

// === impl RemoteKeys ===

impl RemoteKeys {
    /// The keys at this URL, read with this fetcher. No request is made yet.
    pub fn new(fetcher: &Fetcher, uri: &Uri) -> Self {
        RemoteKeys {
            fetcher: fetcher.clone(),
            uri: uri.clone(),
            known: RwLock::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// The address of the keys.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The keys for a token with this header. The issuer is asked where nothing is known, where what is known is old, and
    /// where no key fits the token. The error is one sentence.
    pub async fn keys(&self, header: &Header, fetches: &mut Fetches) -> Result<Arc<KeySet>, Arc<str>> {
        let seen = match self.look(header) {
            Look::Good(keys) => return Ok(keys),
            Look::Quiet(failure) => return Err(failure),
            Look::Ask(attempts) => attempts,
        };
        let _turn = self.turn.lock().await;
        // Somebody else may have asked in the meantime.
        if self.known(|known| known.attempts) == seen {
            let fetched = self.fetch(fetches).await;
            self.keep(fetched);
        }
        self.known(|known| match (&known.keys, &known.failure) {
            (Some(keys), _) => Ok(keys.clone()),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err("the issuer's keys are not known".into()),
        })
    }

    fn known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn look(&self, header: &Header) -> Look {
        let now = Instant::now();
        self.known(|known| {
            let quiet = known.quiet_until.is_some_and(|until| now < until);
            let Some(keys) = &known.keys else {
                let failure = known.failure.clone().filter(|_| quiet);
                return failure.map_or(Look::Ask(known.attempts), Look::Quiet);
            };
            let fresh = known.fresh_until.is_some_and(|until| now < until);
            let fits = keys.candidates(header.algorithm, header.key_id.as_deref()).next().is_some();
            let usable = known.fresh_until.is_some_and(|until| now < until + GRACE);
            match (fresh && fits) || (quiet && usable) {
                true => Look::Good(keys.clone()),
                false => Look::Ask(known.attempts),
            }
        })
    }

    fn keep(&self, fetched: Result<Fetched, Failure>) {
        let now = Instant::now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.attempts += 1;
        match fetched {
            Ok(Fetched { keys, life }) => {
                known.keys = Some(Arc::new(keys));
                known.fresh_until = Some(now + life);
                known.quiet_until = Some(now + BETWEEN_ATTEMPTS);
                known.failure = None;
            }
            Err(Failure { reason, pause }) => {
                let usable = known.fresh_until.is_some_and(|until| now < until + GRACE);
                match usable {
                    true => tracing::warn!("{}: {reason}; those that are known stay in use", address(&self.uri)),
                    false => known.keys = None,
                }
                known.quiet_until = Some(now + pause);
                known.failure = Some(reason);
            }
        }
    }

    async fn fetch(&self, fetches: &mut Fetches) -> Result<Fetched, Failure> {
        let fail =
            |reason: &str| Failure { reason: format!("the issuer's keys: {reason}").into(), pause: BETWEEN_ATTEMPTS };
        let mut request = Request::new(Body::Empty.send());
        *request.uri_mut() = self.uri.clone();
        request
            .headers_mut()
            .insert(ACCEPT, http::HeaderValue::from_static("application/jwk-set+json, application/json"));
        let (headers, bytes) = self.fetcher.fetch(request, fetches).await.map_err(|no_answer| {
            let mut failure = fail(&no_answer.reason);
            failure.pause = pause(&no_answer.headers);
            failure
        })?;
        let keys = KeySet::read(&bytes).map_err(|error| fail(&error.to_string()))?;
        Ok(Fetched { keys, life: life(&headers) })
    }
}

enum Look {
    Good(Arc<KeySet>),
    /// Nothing is known, and the issuer has just failed.
    Quiet(Arc<str>),
    /// With the number of attempts that there have been.
    Ask(u64),
}

struct Fetched {
    keys: KeySet,
    life: Duration,
}

struct Failure {
    reason: Arc<str>,
    pause: Duration,
}

/// How long the issuer lets its keys be kept.
fn life(headers: &HeaderMap) -> Duration {
    allowed_life(headers).unwrap_or(USUAL_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE)
}

/// How long the issuer wants to be left alone.
fn pause(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    seconds.map_or(BETWEEN_ATTEMPTS, Duration::from_secs).clamp(BETWEEN_ATTEMPTS, LONGEST_PAUSE)
}
