//! Headers and cookies of an event.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, COOKIE, HOST, HeaderName, HeaderValue};

use super::{EventRequest, Map};
use crate::http_client::strip_hop_by_hop;

/// The headers an event shows: without those of the connection, and with the length the body really has, which a
/// chunked request did not say.
pub(super) fn shown(request: &EventRequest<'_>) -> HeaderMap {
    let mut headers = request.headers.clone();
    strip_hop_by_hop(&mut headers);
    match request.body.filter(|body| !body.is_empty()) {
        Some(body) => headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len())),
        None => headers.remove(CONTENT_LENGTH),
    };
    // HTTP/2 has the host in a pseudo header instead.
    if !headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::from_str(request.domain_name)
    {
        headers.insert(HOST, host);
    }
    headers
}

/// The last value of each name.
pub(super) fn last(headers: &HeaderMap) -> Map<'_, Cow<'_, str>> {
    let last = |name: &HeaderName| headers.get_all(name).iter().next_back().map(text).unwrap_or_default();
    Map(headers.keys().map(|name| (Cow::Borrowed(name.as_str()), last(name))).collect())
}

/// Every value of each name, in order.
pub(super) fn all(headers: &HeaderMap) -> Map<'_, Vec<Cow<'_, str>>> {
    let all = |name: &HeaderName| headers.get_all(name).iter().map(text).collect();
    Map(headers.keys().map(|name| (Cow::Borrowed(name.as_str()), all(name))).collect())
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
