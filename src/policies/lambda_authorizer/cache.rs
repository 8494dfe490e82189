//! Answers that are kept: for the same sources, whatever method is asked for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};

use crate::resources::cache::{Cache, CacheableCall, Fingerprint, Found, Key, Rule, Ticket};
use crate::value::Body;

/// The cache as one step uses it.
pub(super) struct AnswerCache {
    pub cache: Arc<Cache>,
    pub time: Duration,
    /// The function, the identity that calls it, the API, and the form of events and answers.
    pub place: Key,
}

/// The result of a lookup.
pub(super) enum Looked {
    Answer(Bytes),
    Call(Option<Box<Ticket>>),
}

impl AnswerCache {
    /// Looks for the answer to these sources.
    pub(super) fn look(&self, sources: &[String]) -> Looked {
        let key = Fingerprint::new("authorizer-answer").with(&self.place).with(sources).key();
        let call = CacheableCall {
            key,
            target: self.cache.target(&self.place),
            rule: Rule::TimeToLive(self.time),
            method: &Method::GET,
            headers: &HeaderMap::new(),
            authorized: false,
        };
        match self.cache.look(call) {
            Found::Answer(answer) => match answer.into_body().bytes() {
                Some(bytes) => Looked::Answer(bytes),
                None => Looked::Call(None),
            },
            Found::Ask(ticket) => Looked::Call(Some(ticket)),
            Found::Validate(validation) => Looked::Call(Some(Box::new(validation.into_ticket()))),
            Found::Pass => Looked::Call(None),
        }
    }
}

/// Keeps an answer.
pub(super) fn keep(ticket: Ticket, answer: Bytes) {
    drop(ticket.take(Response::new(Body::from_bytes(answer))));
}
