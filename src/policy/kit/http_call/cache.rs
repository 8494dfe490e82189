//! `cache-response` and its companions: which calls may be answered from the cache, and what tells them apart.

use std::sync::Arc;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderName, Method};

use super::clients::{Clients, Trust};
use super::config::{CacheResponse, Config};
use super::origin::Origin;
use super::outgoing::{Outgoing, Payload};
use super::secrets::{API_KEY, Secrets};
use super::sigv4::SigV4;
use crate::base::{Reported, codes};
use crate::expression::{Reference, Template};
use crate::policy::Compiler;
use crate::policy::kit::call::time_to_live;
use crate::resources::cache::{Cache, CacheableCall, Fingerprint, Key, Rule, Target};
use crate::runtime::Context;

/// Headers that identify a client. Requests that differ in one of them do not share responses, unless the author's key allows it.
static IDENTITY: [HeaderName; 5] = [
    COOKIE,
    API_KEY,
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("x-ibm-client-id"),
    HeaderName::from_static("x-ibm-client-secret"),
];

/// The cache as one step uses it.
pub(super) struct ResponseCache {
    pub cache: Arc<Cache>,
    /// `None` neither looks nor stores. What the step changes is dropped all the same.
    rule: Option<Rule>,
    /// The author's key.
    key: Option<Template>,
    /// `target-url` as it is written: two steps with the same `cache-key` and other targets do not mean the same.
    written: Box<str>,
    /// Answers to `POST` and `PUT` are kept too.
    pub unsafe_too: bool,
    /// As whom the step calls, where the document sends it and where a redirect does.
    here: Key,
    elsewhere: Key,
    basic: bool,
    signed: bool,
    api_key: bool,
}

impl ResponseCache {
    pub(super) fn compile(
        config: &Config,
        clients: &Clients,
        secrets: &Secrets,
        signature: Option<&SigV4>,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Self, Reported> {
        let rule = rule(config, compiler)?;
        // Editors write empty keys.
        let key = match config.cache_key.as_deref().filter(|key| !key.is_empty()) {
            Some(text) => Some(compiler.template("/cache-key", text)?),
            None => None,
        };
        let time_to_live = matches!(rule, Some(Rule::TimeToLive(_)));
        if config.cache_putpost_response && config.cache_response != CacheResponse::TimeToLive {
            let message = "answers to `POST` and `PUT` are only kept for a time to live, so this does nothing";
            let help = "write `cache-response: time-to-live`, or remove it";
            compiler.warning(codes::BAD_VALUE, "/cache-putpost-response", message, help);
        }
        let trusting = |trust| Fingerprint::new("invoke").with(&rule).with_tls(clients.tls(trust));
        let here = trusting(Trust::Fixed);
        let here = match signature {
            Some(signature) => signature.identify(here),
            None => here,
        };
        Ok(ResponseCache {
            cache: compiler.shared.resources.cache().clone(),
            rule,
            key,
            written: config.target_url.as_str().into(),
            unsafe_too: time_to_live && config.cache_putpost_response,
            here: here.key(),
            elsewhere: trusting(Trust::Elsewhere { named: false }).key(),
            basic: secrets.is_basic(),
            signed: signature.is_some(),
            api_key: secrets.has_api_key(),
        })
    }

    pub(super) fn references(&self) -> Vec<&Reference> {
        self.key.as_ref().map(Template::references).unwrap_or_default()
    }

    /// The author's key for this request. Read before the body is sent on.
    pub(super) fn authors_key(&self, cx: &Context) -> Option<String> {
        self.rule?;
        self.key.as_ref().map(|key| key.text(cx).into_owned())
    }

    /// The call as the cache sees it; `None` where it has nothing to say.
    pub(super) fn call<'a>(&self, outgoing: &'a Outgoing, authors_key: Option<&str>) -> Option<CacheableCall<'a>> {
        let rule = self.rule?;
        let at_home = !matches!(outgoing.trust, Trust::Elsewhere { .. });
        let authorized = at_home && (self.basic || self.signed);
        // IBM: a request with Authorization is never cached. The step's own is part of the key.
        let is_the_clients = outgoing.headers.contains_key(AUTHORIZATION) && !authorized;
        let may = match outgoing.method {
            Method::GET | Method::HEAD => true,
            Method::POST | Method::PUT => self.unsafe_too,
            _ => false,
        };
        // If every value of a key is missing, requests that have nothing in common would share a response.
        if is_the_clients || !may || authors_key.is_some_and(str::is_empty) {
            return None;
        }
        let key = self.call_key(outgoing, authors_key, at_home)?;
        let target = self.target(outgoing);
        let Outgoing { method, headers, .. } = outgoing;
        Some(CacheableCall { key, target, rule, method, headers, authorized })
    }

    fn call_key(&self, outgoing: &Outgoing, authors_key: Option<&str>, at_home: bool) -> Option<Key> {
        let Outgoing { method, uri, headers, payload, .. } = outgoing;
        let all = Fingerprint::new("call").with(if at_home { &self.here } else { &self.elsewhere });
        // A response from a host that one may not connect to must not come from the cache either.
        let all = all.with(&outgoing.trust);
        let all = all.with(if *method == Method::HEAD { "GET" } else { method.as_str() });
        let (all, by_client) = match authors_key {
            Some(key) => (all.with(&Origin::of_call(uri)?).with(&*self.written).with(key), false),
            None => {
                let body = match payload {
                    Payload::None => &[],
                    Payload::Bytes(bytes) => &**bytes,
                    Payload::Stream(_) | Payload::Lost => return None,
                };
                (all.with(&uri.to_string()).with(body), true)
            }
        };
        // Headers that the step adds itself count under every key.
        let identity = IDENTITY.iter().filter(|name| by_client || (at_home && self.api_key && **name == API_KEY));
        let basic = (at_home && self.basic && !self.signed).then_some(&AUTHORIZATION);
        let all = identity.chain(basic).fold(all, |all, name| {
            let values: Vec<&[u8]> = headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
            all.with(&values)
        });
        Some(all.key())
    }

    /// The target that a call changes, if it does: all stored responses from there are then out of date (RFC 9111, 4.4).
    pub(super) fn changes(&self, outgoing: &Outgoing) -> Option<Target> {
        let is_safe = matches!(outgoing.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
        (!is_safe).then(|| self.target(outgoing))
    }

    fn target(&self, outgoing: &Outgoing) -> Target {
        self.cache.target(&outgoing.uri)
    }
}

/// How long answers are kept.
fn rule(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Rule>, Reported> {
    let rule = match config.cache_response {
        CacheResponse::NoCache => None,
        CacheResponse::Protocol => Some(Rule::Protocol),
        CacheResponse::TimeToLive => Some(Rule::TimeToLive(time_to_live("/cache-ttl", config.cache_ttl.0, compiler)?)),
    };
    Ok(rule.filter(|_| !compiler.shared.settings.cache.is_off()))
}
