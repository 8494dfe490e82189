//! Whether a response may be stored, and how long it is fresh.
//!
//! The rules are `http-cache-semantics`'. It is given only the headers that they depend on, in a form that it cannot misread:
//! it takes directives in capitals for unknown ones, ignores the delay of a response, overflows at an `Age` without limit,
//! and would keep the client's whole request, secrets too, as long as the response.

use std::time::{Duration, SystemTime};

use http::header::{AGE, AUTHORIZATION, CACHE_CONTROL, DATE, ETAG, EXPIRES, LAST_MODIFIED, PRAGMA, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_cache_semantics::{BeforeRequest, CacheOptions, CachePolicy};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::directives::Directives;

/// A shared cache that guesses nothing: without a word of the service about time there is none.
const OPTIONS: CacheOptions = CacheOptions {
    shared: true,
    cache_heuristic: 0.0,
    immutable_min_time_to_live: Duration::ZERO,
    ignore_cargo_cult: false,
};

/// An `Age` of more than this is this.
const OLDEST: Duration = Duration::from_secs(1 << 31);

/// The source of a response's lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The service and the client, by RFC 9111.
    Protocol,
    /// The author. What the service says counts only where it forbids to store, and what the client says likewise.
    TimeToLive(Duration),
}

/// A request, as far as freshness depends on it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub rule: Rule,
    pub headers: &'a HeaderMap,
    /// It carries credentials.
    pub authorized: bool,
}

/// When a response was asked for and when its head was there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub asked: SystemTime,
    pub received: SystemTime,
}

/// How long one response is fresh.
#[derive(Debug)]
pub(super) struct Freshness {
    policy: CachePolicy,
    /// How old the response was when it came.
    initial_age: Duration,
    received: SystemTime,
}

impl Freshness {
    /// `None` for a response that must not be stored, or that would never be of use.
    pub(super) fn of(asked: Asked<'_>, status: StatusCode, headers: &HeaderMap, times: Times) -> Option<Self> {
        let said = Directives::of(headers);
        let asked_not_to = Directives::of(asked.headers).has("no-store");
        if asked_not_to || said.has("no-store") || said.has("private") || status == StatusCode::PARTIAL_CONTENT {
            return None;
        }
        let initial_age = initial_age(headers, times);
        let response = match asked.rule {
            Rule::Protocol => by_protocol(status, headers, &said, initial_age),
            // The status is the rule's own business, so the library is told one that it knows.
            Rule::TimeToLive(time) if status.is_success() => for_time(time),
            Rule::TimeToLive(_) => return None,
        };
        let policy = CachePolicy::new_options(&request(asked), &response, times.received, OPTIONS);
        let freshness = Freshness { policy, initial_age, received: times.received };
        let useful = match asked.rule {
            Rule::TimeToLive(_) => true,
            Rule::Protocol if headers.contains_key(SET_COOKIE) => false,
            Rule::Protocol => {
                let spoke = headers.contains_key(CACHE_CONTROL) || headers.contains_key(EXPIRES);
                spoke && (!freshness.policy.is_stale(times.received) || has_validator(headers))
            }
        };
        (useful && freshness.policy.is_storable()).then_some(freshness)
    }

    /// Whether the response may be used without asking the service.
    pub(super) fn is_fresh_for(&self, asked: Asked<'_>, now: SystemTime) -> bool {
        matches!(self.policy.before_request(&request(asked), now), BeforeRequest::Fresh(_))
    }

    /// The value of `Age`.
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        self.initial_age + now.duration_since(self.received).unwrap_or_default()
    }
}

/// Whether the service can be asked if the response is still good.
pub(super) fn has_validator(headers: &HeaderMap) -> bool {
    headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED)
}

/// A date of HTTP.
pub(super) fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    let text = headers.get(name)?.to_str().ok()?;
    OffsetDateTime::parse(text, &Rfc2822).ok().map(SystemTime::from)
}

/// RFC 9111, 4.2.3: by the clock of the service, or by `Age` and the time the answer took, whichever is more.
fn initial_age(headers: &HeaderMap, times: Times) -> Duration {
    let apparent = date(headers, &DATE).and_then(|date| times.received.duration_since(date).ok()).unwrap_or_default();
    let said = headers.get(AGE).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    let said = match said.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit()) => OLDEST,
        Err(_) => Duration::ZERO,
    };
    let delay = times.received.duration_since(times.asked).unwrap_or_default();
    apparent.max(said.min(OLDEST) + delay).min(OLDEST)
}

/// The request as the library sees it. A client cannot ask for stale responses, nor for an answer from here or none.
fn request(asked: Asked<'_>) -> Request<()> {
    let mut request = Request::new(());
    if asked.rule != Rule::Protocol {
        return request;
    }
    let headers = request.headers_mut();
    if let Some(value) = Directives::of(asked.headers).without(&["max-stale", "only-if-cached"]) {
        headers.insert(CACHE_CONTROL, value);
    } else if let Some(value) = asked.headers.get(PRAGMA) {
        headers.insert(PRAGMA, value.clone());
    }
    if asked.authorized {
        headers.insert(AUTHORIZATION, HeaderValue::from_static("yes"));
    }
    request
}

fn by_protocol(status: StatusCode, headers: &HeaderMap, said: &Directives, age: Duration) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    let seen = response.headers_mut();
    match said.without(&[]) {
        Some(value) => drop(seen.insert(CACHE_CONTROL, value)),
        None => drop(headers.get(PRAGMA).map(|value| seen.insert(PRAGMA, value.clone()))),
    }
    for name in [EXPIRES, DATE] {
        if let Some(value) = headers.get(&name) {
            seen.insert(name, value.clone());
        }
    }
    seen.insert(AGE, HeaderValue::from(age.as_secs()));
    response
}

fn for_time(time: Duration) -> Response<()> {
    let mut response = Response::new(());
    if let Ok(value) = HeaderValue::from_str(&format!("max-age={}", time.as_secs())) {
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    response
}
