//! One call through the cache: what is there, what to ask the service, what to make of its answer.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AGE, IF_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE, SET_COOKIE};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};

use super::Cache;
use super::freshness::{Asked, Freshness, Rule, Times};
use super::key::Key;
use super::store::{Stamp, Target};
use super::stored::{Selecting, Stored};
use super::tee::Pending;
use crate::value::Body;

/// Requests with these are about a part, or about a state that only the service knows.
const BYPASS: [HeaderName; 4] = [RANGE, IF_RANGE, IF_MATCH, IF_UNMODIFIED_SINCE];

/// A call that may be answered from the cache.
pub struct CacheableCall<'a> {
    /// Tells it from every other call that must not have the same answer, the method included; `HEAD` has `GET`'s.
    pub key: Key,
    pub target: Target,
    pub rule: Rule,
    pub method: &'a Method,
    pub headers: &'a HeaderMap,
    /// It carries credentials of the gateway's own, which are part of the key.
    pub authorized: bool,
}

/// The result of a lookup.
pub enum Found {
    /// The answer.
    Answer(Response<Body>),
    /// The service has to be asked; its answer goes to the ticket.
    Ask(Box<Ticket>),
    /// The service has to be asked, and may say that what is stored is still good.
    Validate(Box<Validation>),
    /// The service has to be asked, and its answer is no business of the cache.
    Pass,
}

/// A call on its way to the service.
pub struct Ticket {
    cache: Arc<Cache>,
    key: Key,
    target: Target,
    stamp: Stamp,
    rule: Rule,
    method: Method,
    headers: HeaderMap,
    authorized: bool,
    asked: SystemTime,
}

/// A call that asks whether something is still good.
pub struct Validation {
    ticket: Ticket,
    stale: Arc<Stored>,
}

/// The result of a validation.
pub enum Validated {
    Answer(Response<Body>),
    /// The service spoke of a response that is not there. It has to be asked without conditions.
    AskAgain(Box<Ticket>),
}

impl Cache {
    /// Looks for an answer.
    pub fn look(self: &Arc<Self>, call: CacheableCall<'_>) -> Found {
        if BYPASS.iter().any(|name| call.headers.contains_key(name)) {
            return Found::Pass;
        }
        let now = self.now();
        let CacheableCall { key, target, rule, method, headers, authorized } = call;
        let (found, stamp) = {
            let mut store = self.store();
            (store.find(&key, headers), store.stamp(target))
        };
        let asked = Asked { rule, headers, authorized };
        let stale = match found {
            Some(stored) if stored.freshness.is_fresh_for(asked, now) => {
                self.counters.hits.inc();
                return Found::Answer(stored.answer(method, headers, now));
            }
            other => other.filter(|stored| stored.can_be_validated()),
        };
        if *method == Method::HEAD {
            self.counters.misses.inc();
            return Found::Pass;
        }
        let (cache, method, headers) = (self.clone(), method.clone(), headers.clone());
        let ticket = Ticket { cache, key, target, stamp, rule, method, headers, authorized, asked: now };
        match stale {
            Some(stale) => Found::Validate(Box::new(Validation { ticket, stale })),
            None => Found::Ask(Box::new(ticket)),
        }
    }
}

impl Validation {
    /// The same call, for a service that knows no conditions.
    pub fn into_ticket(self) -> Ticket {
        self.ticket
    }

    /// Adds to a request what the service needs to say so.
    pub fn put_conditions(&self, request: &mut HeaderMap) {
        self.stale.put_conditions(request);
    }

    /// Takes the answer of the service, whose head has just come.
    pub fn take(self, answer: Response<Body>) -> Validated {
        let Validation { ticket, stale } = self;
        if !answer.status().is_server_error() {
            ticket.cache.store().remove(&ticket.key, &stale);
        }
        if answer.status() != StatusCode::NOT_MODIFIED {
            return Validated::Answer(ticket.take(answer));
        }
        if !stale.is_meant_by(answer.headers()) {
            return Validated::AskAgain(Box::new(ticket));
        }
        Validated::Answer(ticket.refresh(&stale, answer.headers()))
    }
}

impl Ticket {
    /// Takes the answer of the service, whose head has just come.
    pub fn take(self, answer: Response<Body>) -> Response<Body> {
        self.cache.counters.misses.inc();
        let (head, body) = answer.into_parts();
        let body = match Stored::of(self.asked(), head.status, &head.headers, self.times()) {
            Some(stored) => self.pending(stored).keep(body),
            None => body,
        };
        Response::from_parts(head, body)
    }

    /// The stored response, after the service has answered that it is still valid.
    fn refresh(self, stale: &Arc<Stored>, news: &HeaderMap) -> Response<Body> {
        self.cache.counters.revalidated.inc();
        let mut headers = stale.refreshed_headers(news);
        let mut shown = headers.clone();
        for value in news.get_all(SET_COOKIE) {
            shown.append(SET_COOKIE, value.clone());
        }
        let answer = stale.respond(shown, &self.method, &self.headers);
        let freshness = Freshness::of(self.asked(), stale.status, &headers, self.times());
        if let (Some(freshness), Some(selecting)) = (freshness, Selecting::of(&headers, &self.headers)) {
            headers.remove(AGE);
            let stored = Stored { status: stale.status, headers, body: Bytes::new(), freshness, selecting };
            self.pending(stored).finish(stale.body.clone());
        }
        answer
    }

    fn times(&self) -> Times {
        Times { asked: self.asked, received: self.cache.now() }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { rule: self.rule, headers: &self.headers, authorized: self.authorized }
    }

    fn pending(&self, stored: Stored) -> Pending {
        let (key, target, stamp) = (self.key, self.target, self.stamp);
        Pending { cache: self.cache.clone(), key, target, stamp, stored }
    }
}
