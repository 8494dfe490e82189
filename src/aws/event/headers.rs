//! Headers and cookies of an event.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, COOKIE, HOST, HeaderName, HeaderValue};

use serde::{Serialize, Serializer};

use super::map::Map;
use super::names;
use super::request::EventRequest;
use crate::http_client::{is_hop_by_hop, strip_hop_by_hop};

/// The headers an event shows: without those of the connection, and with the length the body really has, which a
/// chunked request did not say.
pub(super) fn shown<'a>(request: &EventRequest<'a>) -> Cow<'a, HeaderMap> {
    let mut headers = Cow::Borrowed(request.headers);
    // Most requests have nothing to change, and are not copied for it.
    if headers.keys().any(is_hop_by_hop) {
        strip_hop_by_hop(headers.to_mut());
    }
    if request.of_rest_export {
        if names::has_taken_out(&headers) {
            names::take_out(headers.to_mut());
        }
    } else {
        with_length(&mut headers, request);
    }
    // HTTP/2 has the host in a pseudo header instead.
    if !headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::from_str(request.domain_name)
    {
        headers.to_mut().insert(HOST, host);
    }
    headers
}

/// Says the length that the body has.
fn with_length(headers: &mut Cow<'_, HeaderMap>, request: &EventRequest<'_>) {
    let length = request.body.map_or(0, <[u8]>::len);
    match headers.get(CONTENT_LENGTH) {
        Some(said) if length > 0 && says(said, length) => {}
        None if length == 0 => {}
        _ if length == 0 => drop(headers.to_mut().remove(CONTENT_LENGTH)),
        _ => drop(headers.to_mut().insert(CONTENT_LENGTH, HeaderValue::from(length))),
    }
}

/// Whether a header says this length, and says it as it would be written here.
fn says(value: &HeaderValue, length: usize) -> bool {
    let text = value.to_str().unwrap_or_default();
    text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.parse() == Ok(length)
}

/// The spelling of a name.
pub(super) type Spelling = fn(&HeaderName) -> &str;

/// The last value of each name, written as a map.
pub(super) struct Last<'h>(pub &'h HeaderMap, pub Spelling);

impl Serialize for Last<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Last(headers, spelling) = self;
        // Most names stand once, so they come in their order without a look.
        if headers.keys_len() == headers.len() {
            return serializer.collect_map(headers.iter().map(|(name, value)| (spelling(name), text(value))));
        }
        let last = |name: &HeaderName| headers.get_all(name).iter().next_back().map(text).unwrap_or_default();
        serializer.collect_map(headers.keys().map(|name| (spelling(name), last(name))))
    }
}

/// Every value of each name, in order, written as a map of lists.
pub(super) struct All<'h>(pub &'h HeaderMap, pub Spelling);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let All(headers, spelling) = self;
        if headers.keys_len() == headers.len() {
            return serializer.collect_map(headers.iter().map(|(name, value)| (spelling(name), [text(value)])));
        }
        let all = |name: &HeaderName| -> Vec<Cow<'_, str>> { headers.get_all(name).iter().map(text).collect() };
        serializer.collect_map(headers.keys().map(|name| (spelling(name), all(name))))
    }
}

/// The values of each name joined by commas; cookies are not among them.
pub(super) fn joined(headers: &HeaderMap) -> Map<'_, Cow<'_, str>> {
    let joined = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter().map(text);
        let first = values.next().unwrap_or_default();
        values.fold(first, |joined, value| Cow::Owned(format!("{joined},{value}")))
    };
    let names = headers.keys().filter(|name| **name != COOKIE);
    Map(names.map(|name| (Cow::Borrowed(name.as_str()), joined(name))).collect())
}

/// Every cookie by itself, from all `Cookie` headers.
pub(super) fn cookies(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    let split = |value: Cow<'_, str>| -> Vec<Cow<'_, str>> {
        value.split(';').map(|cookie| Cow::Owned(cookie.trim().to_owned())).collect()
    };
    let cookies = headers.get_all(COOKIE).iter().map(text).flat_map(split);
    cookies.filter(|cookie: &Cow<'_, str>| !cookie.is_empty()).collect()
}

/// A value as text. Bytes beyond ASCII are UTF-8 or, where they are not, Latin-1, which HTTP once meant by them.
fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.as_bytes().iter().copied().map(char::from).collect()),
    }
}
