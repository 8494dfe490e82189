//! Issuers that say themselves where their keys are: OpenID Connect Discovery 1.0, RFC 8414.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::header::ACCEPT;
use http::{Request, Uri};
use tokio::time::Instant;

use super::cache::Key;
use super::fetch::{Fetcher, allowed_life};
use super::key_sets::RemoteKeys;
use super::shared_by_key::SharedByKey;
use crate::runtime::{Fetches, address};
use crate::value::{Body, JSON, parse_unique_object};

const USUAL_LIFE: Duration = Duration::from_secs(3600);
const SHORTEST_LIFE: Duration = Duration::from_secs(300);
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
/// At most one attempt in this time.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(30);

/// The discovery documents of a process.
#[derive(Debug, Default)]
pub struct Discoveries(SharedByKey<Discovery>);

/// A discovery document.
#[derive(Debug)]
pub struct Discovery {
    fetcher: Fetcher,
    uri: Uri,
    /// The `issuer` that the document must have.
    expected: Option<Arc<str>>,
    known: RwLock<Known>,
    turn: tokio::sync::Mutex<()>,
}

/// An issuer, as its document describes it.
#[derive(Debug)]
pub struct Issuer {
    /// The `iss` of its tokens.
    pub name: Arc<str>,
    pub keys: Arc<RemoteKeys>,
}

#[derive(Debug, Default)]
struct Known {
    issuer: Option<Arc<Issuer>>,
    fresh_until: Option<Instant>,
    quiet_until: Option<Instant>,
    failure: Option<Arc<str>>,
}

impl Discoveries {
    /// The document at this URL, read through this fetcher. `key` says all of it.
    pub fn get(&self, key: Key, fetcher: &Fetcher, uri: &Uri, expected: Option<&str>) -> Arc<Discovery> {
        self.0.get(key, || Discovery {
            fetcher: fetcher.clone(),
            uri: uri.clone(),
            expected: expected.map(Arc::from),
            known: RwLock::default(),
            turn: tokio::sync::Mutex::default(),
        })
    }
}

impl Discovery {
    /// The issuer. Its document is read where nothing is known, and where what is known is old. The error is one sentence.
    pub async fn issuer(&self, fetches: &mut Fetches) -> Result<Arc<Issuer>, Arc<str>> {
        if let Some(known) = self.fresh() {
            return known;
        }
        let _turn = self.turn.lock().await;
        // Somebody else may have asked in the meantime.
        if let Some(known) = self.fresh() {
            return known;
        }
        let read = self.read(fetches).await;
        self.keep(read)
    }

    /// The known issuer or error, if it need not be fetched.
    fn fresh(&self) -> Option<Result<Arc<Issuer>, Arc<str>>> {
        let now = Instant::now();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = known.quiet_until.is_some_and(|until| now < until);
        let is_fresh = known.fresh_until.is_some_and(|until| now < until);
        match (&known.issuer, &known.failure) {
            (Some(issuer), _) if is_fresh || is_quiet => Some(Ok(issuer.clone())),
            (None, Some(failure)) if is_quiet => Some(Err(failure.clone())),
            _ => None,
        }
    }

    /// Keeps what was read. If the issuer does not answer, the issuer that was known before stays: its keys have their own
    /// lifetime.
    fn keep(&self, read: Result<(Issuer, Duration), String>) -> Result<Arc<Issuer>, Arc<str>> {
        let now = Instant::now();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.quiet_until = Some(now + BETWEEN_ATTEMPTS);
        match read {
            Ok((issuer, life)) => {
                let issuer = Arc::new(issuer);
                known.issuer = Some(issuer.clone());
                known.fresh_until = Some(now + life);
                known.failure = None;
                Ok(issuer)
            }
            Err(reason) => {
                let failure: Arc<str> =
                    format!("the issuer's discovery document at {}: {reason}", address(&self.uri)).into();
                known.failure = Some(failure.clone());
                if known.issuer.is_some() {
                    tracing::warn!("{failure}; the one that is known stays in use");
                }
                known.issuer.clone().ok_or(failure)
            }
        }
    }

    async fn read(&self, fetches: &mut Fetches) -> Result<(Issuer, Duration), String> {
        let mut request = Request::new(Body::Empty.send());
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(ACCEPT, JSON);
        let (headers, bytes) = self.fetcher.fetch(request, fetches).await.map_err(|no_answer| no_answer.reason)?;
        let members = parse_unique_object(&bytes).map_err(|what| format!("it {what}"))?;
        let text = |name: &str| members.get(name).and_then(serde_json::Value::as_str);
        let name = text("issuer").ok_or("it names no `issuer`")?;
        if self.expected.as_deref().is_some_and(|expected| expected != name) {
            return Err("its `issuer` is another one".to_owned());
        }
        let uri: Option<Uri> = text("jwks_uri").and_then(|uri| uri.parse().ok());
        // Keys do not come over a worse way than the document that names them.
        let is_safe = |uri: &Uri| uri.scheme_str() == Some("https") || uri.scheme_str() == self.uri.scheme_str();
        let uri =
            uri.filter(|uri| uri.host().is_some() && is_safe(uri)).ok_or("it names no `jwks_uri` that can be used")?;
        let before = self.known.read().unwrap_or_else(PoisonError::into_inner).issuer.clone();
        let keys = match before {
            Some(before) if *before.keys.uri() == uri => before.keys.clone(),
            _ => Arc::new(RemoteKeys::new(&self.fetcher, &uri)),
        };
        let life = allowed_life(&headers).unwrap_or(USUAL_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE);
        Ok((Issuer { name: name.into(), keys }, life))
    }
}
