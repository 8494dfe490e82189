//! Issuers of tokens, and what makes a token of theirs good.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use serde_json::Value as Json;

use super::credentials::basic_of;
use super::target::{Target, TargetCompiler};
use crate::base::{Reported, codes, quoted_list};
use crate::jose::{ALGORITHMS, Algorithm, Token, check_times};
use crate::resources::cache::{Fingerprint, Key};
use crate::resources::discovery::Discovery;
use crate::resources::introspection::Introspector;
use crate::resources::key_sets::RemoteKeys;
use crate::runtime::{Fetches, address};
use crate::settings::OAuthProvider;
use crate::value::{Secret, Value, ValueRef, form};

/// The most that clocks may differ.
const MOST_SKEW: Duration = Duration::from_secs(60);

/// An issuer whose tokens count.
pub struct Provider {
    source: Source,
    issuer: Option<Arc<str>>,
    /// One of these; nothing where it does not matter.
    audience: Box<[Arc<str>]>,
    algorithms: Option<Box<[Algorithm]>>,
    /// Seconds.
    skew: i64,
}

enum Source {
    Introspection(Arc<Introspector>),
    Keys(Arc<RemoteKeys>),
    /// The issuer says where its keys are.
    Discovery(Arc<Discovery>),
}

/// Why a token does not count; one sentence, for the log.
pub enum Rejection {
    Invalid(Cow<'static, str>),
    /// It is not known whether the token is good.
    Unavailable(String),
}

/// The options in which introspectors differ.
struct Asking<'a> {
    client_id: Option<&'a str>,
    client_secret: Option<&'a Secret>,
    longest: Duration,
}

impl Provider {
    /// A provider of the settings.
    pub fn of_settings(
        name: &str,
        settings: &OAuthProvider,
        targets: &mut TargetCompiler<'_, '_>,
    ) -> Result<Arc<Self>, Reported> {
        let what = |key: &str| format!("`{key}` of the OAuth provider `{name}`");
        let (profile, issuer) = (settings.tls_profile.as_deref(), settings.issuer.as_deref());
        let target = |key: &str, url: &str, targets: &mut TargetCompiler<'_, '_>| {
            targets.target("OAuth provider", &what(key), url, profile)
        };
        let source = match (&settings.introspection_url, &settings.jwks_url, issuer) {
            (Some(url), _, _) => {
                let target = target("introspection-url", url, targets)?;
                let asking = Asking {
                    client_id: settings.client_id.as_deref(),
                    client_secret: settings.client_secret.as_ref(),
                    longest: settings.cache_ttl.0,
                };
                Source::Introspection(introspector(&target, &asking, targets))
            }
            (None, Some(url), _) => {
                let target = target("jwks-url", url, targets)?;
                let key = key("key set", &target);
                Source::Keys(targets.around.resources.key_sets().get(key, &target.fetcher, &target.uri))
            }
            (None, None, Some(issuer)) => {
                let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
                Source::Discovery(discovery(&target("issuer", &url, targets)?, Some(issuer), targets))
            }
            (None, None, None) => {
                let message = format!("the OAuth provider `{name}` says nothing of how tokens are checked");
                return Err(targets.error(
                    codes::BAD_SETTINGS,
                    &message,
                    "write `introspection-url`, `jwks-url` or `issuer`",
                ));
            }
        };
        Ok(Arc::new(Provider {
            source,
            issuer: issuer.map(Arc::from),
            audience: settings.audience.all().iter().map(|one| Arc::from(one.as_str())).collect(),
            algorithms: algorithms(name, settings.algorithms.as_deref(), targets)?,
            skew: i64::try_from(settings.clock_skew.0.min(MOST_SKEW).as_secs()).unwrap_or_default(),
        }))
    }

    /// The introspection that a document names itself.
    pub fn introspection(
        what: &str,
        url: &str,
        profile: Option<&str>,
        targets: &mut TargetCompiler<'_, '_>,
    ) -> Result<Arc<Self>, Reported> {
        let target = targets.target("token introspection", what, url, profile)?;
        let longest = OAuthProvider::default().cache_ttl.0;
        let asking = Asking { client_id: None, client_secret: None, longest };
        Ok(Provider::of(Source::Introspection(introspector(&target, &asking, targets)), None))
    }

    /// The issuer that a discovery document describes.
    pub fn discovered(what: &str, url: &str, targets: &mut TargetCompiler<'_, '_>) -> Result<Arc<Self>, Reported> {
        let target = targets.target("token issuer", what, url, None)?;
        Ok(Provider::of(Source::Discovery(discovery(&target, None, targets)), None))
    }

    fn of(source: Source, issuer: Option<Arc<str>>) -> Arc<Self> {
        Arc::new(Provider { source, issuer, audience: Box::default(), algorithms: None, skew: 0 })
    }

    /// The claims that the issuer confirms for a token at this time, in seconds since 1970.
    pub async fn validate(&self, token: &str, now: i64, fetches: &mut Fetches) -> Result<Value, Rejection> {
        match &self.source {
            Source::Introspection(issuer) => {
                let facts = issuer.introspect(token, now, fetches).await;
                let facts = facts.map_err(|reason| Rejection::Unavailable(reason.to_string()))?;
                let facts = facts.ok_or(Rejection::Invalid("the token is not active".into()))?;
                self.check(&facts.members, self.issuer.as_deref())?;
                Ok(facts.members.clone())
            }
            Source::Keys(keys) => self.signed(token, keys, self.issuer.as_deref(), now, fetches).await,
            Source::Discovery(document) => {
                // Text that cannot be a token is refused without a request.
                self.read(token)?;
                let issuer =
                    document.issuer(fetches).await.map_err(|reason| Rejection::Unavailable(reason.to_string()))?;
                self.signed(token, &issuer.keys, Some(&issuer.name), now, fetches).await
            }
        }
    }

    fn read<'t>(&self, token: &'t str) -> Result<Token<'t>, Rejection> {
        let token = Token::read(token).map_err(|error| invalid(error.to_string()))?;
        let algorithm = token.header.algorithm;
        let accepted = match &self.algorithms {
            Some(all) => all.contains(&algorithm),
            // A secret that everybody can read is none.
            None => !matches!(algorithm, Algorithm::Hmac(_)),
        };
        match accepted {
            true => Ok(token),
            false => Err(invalid(format!(
                "the token's algorithm {} is not one of those that are accepted",
                algorithm.name()
            ))),
        }
    }

    async fn signed(
        &self,
        token: &str,
        keys: &RemoteKeys,
        issuer: Option<&str>,
        now: i64,
        fetches: &mut Fetches,
    ) -> Result<Value, Rejection> {
        let token = self.read(token)?;
        let found = keys.keys(&token.header, fetches).await;
        let keys = found.map_err(|reason| Rejection::Unavailable(format!("{}: {reason}", address(keys.uri()))))?;
        let claims = token.verify(&keys).map_err(|error| invalid(error.to_string()))?;
        if !claims.contains_key("exp") {
            return Err(Rejection::Invalid("the token never expires".into()));
        }
        check_times(&claims, now, self.skew).map_err(invalid)?;
        let claims = Value::from(&Json::Object(claims));
        self.check(&claims, issuer)?;
        Ok(claims)
    }

    /// Checks the issuer and the audience of a token.
    fn check(&self, claims: &Value, issuer: Option<&str>) -> Result<(), Rejection> {
        if issuer.is_some_and(|issuer| claims.get("iss").and_then(ValueRef::as_str) != Some(issuer)) {
            return Err(Rejection::Invalid("the token is of another issuer".into()));
        }
        let is_for =
            |one: ValueRef<'_>| one.as_str().is_some_and(|name| self.audience.iter().any(|known| **known == *name));
        let fits = self.audience.is_empty() || claims.get("aud").is_some_and(|one| one.any(is_for));
        if fits { Ok(()) } else { Err(Rejection::Invalid("the token is for somebody else".into())) }
    }
}

/// The scopes of a token: `scope` as RFC 9068 has it, `scp` as others do; a list or one text.
pub fn has_scope(claims: &Value, wanted: &str) -> bool {
    let holds = |value: ValueRef<'_>| match value.as_list() {
        Some(all) => all.iter().any(|one| one.as_str() == Some(wanted)),
        None => value.as_str().is_some_and(|text| text.split(' ').any(|scope| scope == wanted)),
    };
    ["scope", "scp"].iter().any(|name| claims.get(name).is_some_and(holds))
}

fn invalid(reason: String) -> Rejection {
    Rejection::Invalid(reason.into())
}

fn key(word: &str, target: &Target) -> Key {
    Fingerprint::new(word).with(&target.uri.to_string()).with_tls(&target.tls).key()
}

fn discovery(target: &Target, issuer: Option<&str>, targets: &TargetCompiler<'_, '_>) -> Arc<Discovery> {
    let key = Fingerprint::new("discovery").with(&target.uri.to_string()).with(&issuer).with_tls(&target.tls).key();
    targets.around.resources.discoveries().get(key, &target.fetcher, &target.uri, issuer)
}

fn introspector(target: &Target, asking: &Asking<'_>, targets: &TargetCompiler<'_, '_>) -> Arc<Introspector> {
    let key = Fingerprint::new("introspection")
        .with(&target.uri.to_string())
        .with(&asking.client_id)
        .with_secret(asking.client_secret)
        .with(&asking.longest)
        .with_tls(&target.tls)
        .key();
    let all = targets.around.resources.introspections();
    all.get(key, &target.fetcher, &target.uri, credentials(asking), asking.longest)
}

/// RFC 6749, 2.3.1: both are form-encoded before they are joined.
fn credentials(asking: &Asking<'_>) -> Option<HeaderValue> {
    let secret = asking.client_secret.map(Secret::expose).unwrap_or_default();
    basic_of(&form::encoded(asking.client_id?), &zeroize::Zeroizing::new(form::encoded(secret)))
}

fn algorithms(
    name: &str,
    written: Option<&[String]>,
    targets: &mut TargetCompiler<'_, '_>,
) -> Result<Option<Box<[Algorithm]>>, Reported> {
    let Some(written) = written else { return Ok(None) };
    let known: Option<Box<[Algorithm]>> = written.iter().map(|one| Algorithm::named(one)).collect();
    if known.is_none() {
        let message = format!("the OAuth provider `{name}` accepts an algorithm that there is not");
        let help = format!("`algorithms` holds some of {}", quoted_list(&ALGORITHMS));
        return Err(targets.error(codes::BAD_SETTINGS, &message, &help));
    }
    Ok(known)
}
