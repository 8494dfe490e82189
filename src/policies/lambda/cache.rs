//! `cache`: answers of a function that are kept.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Response};

use super::call_target::CallTarget;
use super::chosen::Chosen;
use super::config::{Config, InvocationKind, PayloadFormat};
use crate::aws::client::{CallHeaders, Invocation};
use crate::base::{Reported, codes};
use crate::expression::{Reference, Template};
use crate::policy::Compiler;
use crate::policy::kit::call::time_to_live;
use crate::resources::cache::{self, Cache, Fingerprint, Found, Key, Rule, Ticket};
use crate::runtime::Context;
use crate::value::{Body, Message};

/// The cache as one step uses it.
pub(super) struct AnswerCache {
    cache: Arc<Cache>,
    rule: Rule,
    /// The author's key; without it the payload tells calls apart.
    key: Option<Template>,
    /// The functions' addresses, the identity that calls them, and the form of their responses.
    place: Key,
}

/// The result of a lookup.
pub(super) enum Looked {
    Answer(Box<Message>),
    /// The function is to be called, and its answer goes to the ticket.
    Call(Box<Ticket>),
    /// The function is to be called, and its answer is not kept.
    Pass,
}

/// The cache of the step; `None` keeps nothing.
pub(super) fn compile(
    config: &Config,
    call: &CallTarget,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<AnswerCache>, Reported> {
    let Some(wanted) = &config.cache else { return Ok(None) };
    if config.invocation_type != InvocationKind::RequestResponse {
        let message = "only `invocation-type: request-response` has an answer that could be kept";
        return Err(compiler.error_with_help(codes::BAD_VALUE, "/cache", message, "remove `cache`"));
    }
    let is_event =
        matches!(config.payload, PayloadFormat::ApiGatewayV1 | PayloadFormat::ApiGatewayV2 | PayloadFormat::Alb);
    if is_event && wanted.key.is_none() {
        let message =
            "an event holds the id and the time of its request, so no two are alike and nothing would be found";
        let help = "write a `key`, such as `$(request.path)$(request.search)`";
        return Err(compiler.error_with_help(codes::BAD_VALUE, "/cache", message, help));
    }
    let time = time_to_live("/cache/time-to-live", wanted.time_to_live.0, compiler)?;
    let key = match &wanted.key {
        Some(text) => Some(compiler.template("/cache/key", text)?),
        None => None,
    };
    if compiler.shared.settings.cache.is_off() {
        return Ok(None);
    }
    let rule = Rule::TimeToLive(time);
    let kinds = (config.payload as u8, config.multi_value_headers, config.response as u8, config.strict);
    let place = Fingerprint::new("lambda").with(&rule).with(&kinds).with(&call.identity).key();
    Ok(Some(AnswerCache { cache: compiler.shared.resources.cache().clone(), rule, key, place }))
}

impl AnswerCache {
    pub(super) fn references(&self) -> Vec<&Reference> {
        self.key.as_ref().map(Template::references).unwrap_or_default()
    }

    /// Looks for an answer. `headers` are the client's, where the function receives them.
    pub(super) fn look(&self, cx: &Context, chosen: &Chosen, call: &Invocation, headers: &HeaderMap) -> Looked {
        let function = Fingerprint::new("function").with(&self.place).with(chosen.target.uri()).key();
        // Tenants never see each other's answers. Who traces a call is nothing to it.
        let nothing = CallHeaders::default();
        let own = call.call_headers.as_deref().unwrap_or(&nothing);
        let own = (&own.tenant_id, &own.client_context, &own.durable_execution_name);
        let all = Fingerprint::new("call").with(&function).with(&own);
        let key = match &self.key {
            Some(key) => {
                let text = key.text(cx);
                // If every value is missing, requests that have nothing in common would share a response.
                if text.is_empty() {
                    return Looked::Pass;
                }
                all.with("key").with(&*text)
            }
            None => all.with("payload").with(&*call.payload),
        };
        if headers.contains_key(AUTHORIZATION) {
            return Looked::Pass;
        }
        let call = cache::CacheableCall {
            key: key.key(),
            target: self.cache.target(&function),
            rule: self.rule,
            method: &Method::GET,
            headers,
            authorized: false,
        };
        match self.cache.look(call) {
            Found::Answer(answer) => Looked::Answer(Box::new(message(answer))),
            Found::Ask(ticket) => Looked::Call(ticket),
            // A function has no "not modified".
            Found::Validate(validation) => Looked::Call(Box::new(validation.into_ticket())),
            Found::Pass => Looked::Pass,
        }
    }
}

/// Keeps an answer that has not failed.
pub(super) fn keep(ticket: Ticket, answer: Message) -> Message {
    let Message { status, reason, headers, body, attributes, .. } = answer;
    let mut response = Response::new(body);
    *response.status_mut() = status.unwrap_or_default();
    *response.headers_mut() = headers.into_map();
    Message { reason, attributes, ..message(ticket.take(response)) }
}

fn message(response: Response<Body>) -> Message {
    let (head, body) = response.into_parts();
    Message { status: Some(head.status), headers: head.headers.into(), body, ..Message::default() }
}
