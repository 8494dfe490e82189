//! Introspection of tokens (RFC 7662). A token is asked about by one request at a time, and the others take its answer; an
//! answer is kept as long as the token is good, the issuer allows and the settings say. Only digests of tokens are kept.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Uri};
use lru::LruCache;
use serde_json::{Map, Value as Json};
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::Instant;

use super::cache::{Fingerprint, Key};
use super::fetch::{Fetcher, allowed_life};
use super::shared_by_key::SharedByKey;
use crate::runtime::{Fetches, address};
use crate::value::{Body, JSON, Value, form, parse_unique_object};

/// Answers that are kept of each kind: about good tokens, and about all others. Tokens that somebody makes up push out no good ones.
const KEPT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);
/// How long it is remembered that a token is not good.
const BAD_LIFE: Duration = Duration::from_secs(10);
/// How long it is remembered that the issuer did not answer.
const FAILURE_LIFE: Duration = Duration::from_secs(1);
/// Questions at a time: an issuer is not flooded through the gateway.
const AT_A_TIME: usize = 64;

/// The introspectors of a process.
#[derive(Debug, Default)]
pub struct Introspections(SharedByKey<Introspector>);

/// Asks one issuer about tokens.
pub struct Introspector {
    fetcher: Fetcher,
    uri: Uri,
    /// As whom.
    authorization: Option<HeaderValue>,
    longest: Duration,
    good: Mutex<LruCache<Key, (Instant, Introspected)>>,
    others: Mutex<LruCache<Key, (Instant, Introspected)>>,
    asked: Mutex<HashMap<Key, Weak<OnceCell<Introspected>>>>,
    open: Semaphore,
}

/// The state of a token: the facts of the issuer, nothing if the token is not active, or why nothing is known, in one sentence.
pub type Introspected = Result<Option<Arc<TokenFacts>>, Arc<str>>;

/// The facts that an issuer returns for a token.
#[derive(Debug)]
pub struct TokenFacts {
    pub members: Value,
    /// Until when it is good, in seconds since 1970.
    expires: Option<f64>,
}

// === impl Introspections ===

impl Introspections {
    /// The introspector that asks there as this client. `key` says all of it.
    pub fn get(
        &self,
        key: Key,
        fetcher: &Fetcher,
        uri: &Uri,
        authorization: Option<HeaderValue>,
        longest: Duration,
    ) -> Arc<Introspector> {
        self.0.get(key, || Introspector {
            fetcher: fetcher.clone(),
            uri: uri.clone(),
            authorization,
            longest,
            good: Mutex::new(LruCache::new(KEPT)),
            others: Mutex::new(LruCache::new(KEPT)),
            asked: Mutex::default(),
            open: Semaphore::new(AT_A_TIME),
        })
    }
}

// === impl Introspector ===

impl Introspector {
    /// The state of a token at this time, in seconds since 1970.
    pub async fn introspect(&self, token: &str, now: i64, fetches: &mut Fetches) -> Introspected {
        let key = Fingerprint::new("token").with(token).key();
        if let Some(known) = self.known(&key) {
            return still_good(known, now);
        }
        let asked = self.asked(key);
        let answer = asked.get_or_init(|| self.ask(token, key, now, fetches)).await;
        still_good(answer.clone(), now)
    }

    fn known(&self, key: &Key) -> Option<Introspected> {
        let fresh = |kept: &Mutex<LruCache<Key, (Instant, Introspected)>>| {
            let mut kept = lock(kept);
            let (until, answer) = kept.get(key)?;
            if Instant::now() < *until {
                return Some(answer.clone());
            }
            kept.pop(key);
            None
        };
        fresh(&self.good).or_else(|| fresh(&self.others))
    }

    /// The question that is on its way about this token, or a new one.
    fn asked(&self, key: Key) -> Arc<OnceCell<Introspected>> {
        let mut asked = lock(&self.asked);
        if let Some(known) = asked.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        // Questions whose requests have all gone.
        if asked.len() > AT_A_TIME {
            asked.retain(|_, question| question.strong_count() > 0);
        }
        let new = Arc::new(OnceCell::new());
        asked.insert(key, Arc::downgrade(&new));
        new
    }

    async fn ask(&self, token: &str, key: Key, now: i64, fetches: &mut Fetches) -> Introspected {
        let (answer, life) = self.answer(token, now, fetches).await;
        if life > Duration::ZERO {
            let kept = if matches!(answer, Ok(Some(_))) { &self.good } else { &self.others };
            lock(kept).put(key, (Instant::now() + life, answer.clone()));
        }
        lock(&self.asked).remove(&key);
        answer
    }

    /// The answer, and how long it is kept.
    async fn answer(&self, token: &str, now: i64, fetches: &mut Fetches) -> (Introspected, Duration) {
        let failed = |reason: String| {
            let reason = format!("the token introspection at {}: {reason}", address(&self.uri));
            (Err(Arc::from(reason)), FAILURE_LIFE)
        };
        let Ok(_open) = self.open.acquire().await else { return failed("the gateway ends".to_owned()) };
        let (headers, bytes) = match self.fetcher.fetch(self.question(token), fetches).await {
            Ok(answer) => answer,
            Err(no_answer) => return failed(no_answer.reason),
        };
        let members = match parse_unique_object(&bytes) {
            Ok(members) => members,
            Err(what) => return failed(format!("the answer {what}")),
        };
        let longest = self.longest.min(allowed_life(&headers).unwrap_or(Duration::MAX));
        match facts(members, now) {
            Some(facts) => {
                let left = facts.expires.map_or(f64::MAX, |end| end - now as f64);
                let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
                (Ok(Some(Arc::new(facts))), longest.min(left))
            }
            None => (Ok(None), longest.min(BAD_LIFE)),
        }
    }

    fn question(&self, token: &str) -> Request<crate::value::BodyStream> {
        let question = format!("token={}&token_type_hint=access_token", form::encoded(token));
        let mut request = Request::new(Body::from_bytes(question).send());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(ACCEPT, JSON);
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        request
    }
}

impl std::fmt::Debug for Introspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Introspector({})", self.uri)
    }
}

/// The facts of the issuer, if the token is active.
fn facts(members: Map<String, Json>, now: i64) -> Option<TokenFacts> {
    // Only the word itself: `"true"` and `1` are mistakes of the issuer.
    if members.get("active") != Some(&Json::Bool(true)) {
        return None;
    }
    let time = |name: &str| match members.get(name) {
        None | Some(Json::Null) => Some(None),
        Some(time) => time.as_f64().map(Some),
    };
    // A time that is no number says that something is wrong with the answer.
    let (expires, starts) = (time("exp")?, time("nbf")?);
    let now = now as f64;
    if expires.is_some_and(|end| now >= end) || starts.is_some_and(|start| now < start) {
        return None;
    }
    Some(TokenFacts { members: Value::from(&Json::Object(members)), expires })
}

/// A token that was active when the issuer was asked may have expired by now.
fn still_good(answer: Introspected, now: i64) -> Introspected {
    let is_over = |facts: &Arc<TokenFacts>| facts.expires.is_some_and(|end| now as f64 >= end);
    answer.map(|facts| facts.filter(|facts| !is_over(facts)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
