use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderName, HeaderValue, ORIGIN, VARY,
};

use crate::assembly::{CORS_HEADERS, Cors, CorsRule, EXPOSED_BY_V5, Others};
use crate::runtime::{AnswerHeader, Context, Fault, FaultSource, Next, Outcome, State, Step, asked_verb, kinds};
use crate::value::{Body, Message};

/// Answers a browser that asks before it calls, and says in every other answer who may read it.
pub(super) struct Answer(pub Arc<Cors>);

impl Step for Answer {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::Ready(self.answer(&mut cx.state))
    }
}

impl Answer {
    fn answer(&self, state: &mut State) -> Result<Next, Fault> {
        let cors = &*self.0;
        let origin = state.request.headers.get(ORIGIN).cloned();
        let rule = origin.as_ref().and_then(|origin| cors.rule(origin.to_str().ok()?));
        // The service's own CORS headers are replaced by the gateway's.
        state.outgoing.answer_headers.extend(CORS_HEADERS.map(AnswerHeader::Remove));
        if cors.depends_on_origin() {
            state.outgoing.answer_headers.push(AnswerHeader::Add(VARY, HeaderValue::from_static("origin")));
        }
        let is_preflight = asked_verb(&state.request.method, &state.request.headers).is_some();
        match (rule, origin) {
            (_, origin) if cors.is_v5 => state.outgoing.answer_headers.extend(of_v5(origin, state)),
            (Some(rule), Some(origin)) => {
                let headers = if is_preflight { preflight(rule, &origin, state) } else { actual(rule, &origin) };
                state.outgoing.answer_headers.extend(headers);
            }
            (None, Some(_)) if cors.others == Others::Refused && !is_preflight => {
                let message = "Pages of this origin may not call this API.";
                return Err(Fault::new(&kinds::FORBIDDEN, FaultSource::Client, message));
            }
            _ => {}
        }
        if !is_preflight {
            return Ok(Next::Continue);
        }
        state.outgoing.message = Message { status: Some(cors.preflight), body: Body::Empty, ..Message::default() };
        state.outgoing.is_response = true;
        Ok(Next::End)
    }
}

/// The headers of every response of the v5 engine, also without an origin.
fn of_v5(origin: Option<HeaderValue>, state: &State) -> Vec<AnswerHeader> {
    let credentials = HeaderValue::from_static(if origin.is_some() { "true" } else { "false" });
    let verbs = state.route.operation.path_verbs.as_deref().and_then(|verbs| verbs.to_str().ok()).unwrap_or_default();
    let verbs: Vec<&str> = verbs.split(',').map(str::trim).chain(["OPTIONS"]).filter(|verb| !verb.is_empty()).collect();
    let asked = state.request.headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let set = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.unwrap_or(HeaderValue::from_static("*")))),
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, Some(credentials)),
        (ACCESS_CONTROL_EXPOSE_HEADERS, Some(HeaderValue::from_static(EXPOSED_BY_V5))),
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_str(&verbs.join(",")).ok()),
        (ACCESS_CONTROL_ALLOW_HEADERS, asked),
    ];
    set.into_iter().filter_map(|(name, value)| Some(AnswerHeader::Set(name, value?))).collect()
}

fn actual(rule: &CorsRule, origin: &HeaderValue) -> Vec<AnswerHeader> {
    let exposed = rule.exposed.clone().map(|value| AnswerHeader::Set(ACCESS_CONTROL_EXPOSE_HEADERS, value));
    readers(rule, origin).chain(exposed).collect()
}

fn preflight(rule: &CorsRule, origin: &HeaderValue, state: &State) -> Vec<AnswerHeader> {
    let asked = || state.request.headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let told: [(HeaderName, Option<HeaderValue>); 3] = [
        (
            ACCESS_CONTROL_ALLOW_METHODS,
            rule.methods.clone().or_else(|| state.route.operation.path_verbs.as_deref().cloned()),
        ),
        (ACCESS_CONTROL_ALLOW_HEADERS, rule.headers.clone().or_else(asked)),
        (ACCESS_CONTROL_MAX_AGE, rule.max_age.clone()),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)));
    readers(rule, origin).chain(told.map(|(name, value)| AnswerHeader::Set(name, value))).collect()
}

/// The headers that allow pages to read the response.
fn readers(rule: &CorsRule, origin: &HeaderValue) -> impl Iterator<Item = AnswerHeader> + use<> {
    let told = if rule.echo || rule.credentials { origin.clone() } else { HeaderValue::from_static("*") };
    let credentials = rule.credentials.then(|| HeaderValue::from_static("true"));
    [AnswerHeader::Set(ACCESS_CONTROL_ALLOW_ORIGIN, told)]
        .into_iter()
        .chain(credentials.map(|value| AnswerHeader::Set(ACCESS_CONTROL_ALLOW_CREDENTIALS, value)))
}
