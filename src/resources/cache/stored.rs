//! A response that is kept.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::HeaderValue;
use http::header::{
    ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_RANGE,
    CONTENT_TYPE, DATE, ETAG, EXPIRES, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, SET_COOKIE, VARY,
};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};

use super::freshness::{Asked, Freshness, Times, date, has_validator};
use super::key::{Fingerprint, Key};
use crate::http_client::strip_hop_by_hop;
use crate::value::Body;

/// The size of an entry in addition to its bytes.
const OVERHEAD: usize = 1024;

/// Headers that a "not modified" answer repeats for the stored response (RFC 9110, 15.4.5).
const OF_NOT_MODIFIED: [HeaderName; 8] =
    [CACHE_CONTROL, CONTENT_LOCATION, DATE, ETAG, EXPIRES, VARY, LAST_MODIFIED, AGE];

/// Headers that such an answer does not change, because the body stays.
const OF_THE_BODY: [HeaderName; 5] = [CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, SET_COOKIE];

/// A response that is kept, without what belonged to its connection or to one client.
#[derive(Debug)]
pub struct Stored {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) freshness: Freshness,
    pub(super) selecting: Selecting,
}

/// The request headers that a response depends on, and a digest of what they said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selecting {
    names: Box<[HeaderName]>,
    said: Key,
}

impl Selecting {
    /// By `Vary`; a compressed response depends on `Accept-Encoding` also where the service forgot to say so. `None`
    /// where no other request can be answered.
    pub(super) fn of(response: &HeaderMap, request: &HeaderMap) -> Option<Self> {
        let mut names = Vec::new();
        for value in response.get_all(VARY) {
            for name in value.to_str().ok()?.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                // `*` is a name in the eyes of the parser.
                names.push(HeaderName::from_bytes(name.as_bytes()).ok().filter(|name| name.as_str() != "*")?);
            }
        }
        if response.contains_key(CONTENT_ENCODING) {
            names.push(ACCEPT_ENCODING);
        }
        names.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        names.dedup();
        Some(Selecting { said: said(&names, request), names: names.into() })
    }

    /// Whether another request says the same.
    pub(super) fn matches(&self, request: &HeaderMap) -> bool {
        self.names.is_empty() || said(&self.names, request) == self.said
    }
}

fn said(names: &[HeaderName], request: &HeaderMap) -> Key {
    let mut said = Fingerprint::new("selecting");
    for name in names {
        let values: Vec<&[u8]> = request.get_all(name).iter().map(|value| value.as_bytes()).collect();
        said = said.with(&values);
    }
    said.key()
}

impl Stored {
    /// The part of a response that is stored; `None` if it may not be. The body comes later.
    pub(super) fn of(asked: Asked<'_>, status: StatusCode, headers: &HeaderMap, times: Times) -> Option<Self> {
        let freshness = Freshness::of(asked, status, headers, times)?;
        let selecting = Selecting::of(headers, asked.headers)?;
        let mut headers = headers.clone();
        strip_hop_by_hop(&mut headers);
        for name in [CONTENT_LENGTH, AGE, SET_COOKIE] {
            headers.remove(name);
        }
        Some(Stored { status, headers, body: Bytes::new(), freshness, selecting })
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64);
        OVERHEAD + headers.sum::<usize>() + self.body.len()
    }

    pub(super) fn can_be_validated(&self) -> bool {
        has_validator(&self.headers)
    }

    /// Asks the service whether this is still good, in the place of what the client asked.
    pub(super) fn put_conditions(&self, request: &mut HeaderMap) {
        for (name, validator) in [(IF_NONE_MATCH, ETAG), (IF_MODIFIED_SINCE, LAST_MODIFIED)] {
            request.remove(&name);
            if let Some(value) = self.headers.get(validator) {
                request.insert(name, value.clone());
            }
        }
    }

    /// Whether a "not modified" speaks of this response.
    pub(super) fn is_meant_by(&self, headers: &HeaderMap) -> bool {
        match (self.headers.get(ETAG), headers.get(ETAG)) {
            (Some(old), Some(new)) => strong(old.as_bytes()) == strong(new.as_bytes()),
            (None, Some(_)) => false,
            (_, None) => {
                let new = headers.get(LAST_MODIFIED);
                new.is_none() || new == self.headers.get(LAST_MODIFIED)
            }
        }
    }

    /// The headers after a "not modified" (RFC 9111, 3.2). `Age` is the news', if they came out of a cache.
    pub(super) fn refreshed_headers(&self, news: &HeaderMap) -> HeaderMap {
        let mut news = news.clone();
        strip_hop_by_hop(&mut news);
        let mut headers = self.headers.clone();
        for name in news.keys().filter(|name| !OF_THE_BODY.contains(name)) {
            headers.remove(name);
            for value in news.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        if !news.contains_key(DATE) {
            // It would say that the response is as old as before.
            headers.remove(DATE);
        }
        headers
    }

    /// The response from the cache, with its age.
    pub fn answer(&self, method: &Method, request: &HeaderMap, now: SystemTime) -> Response<Body> {
        let mut headers = self.headers.clone();
        headers.insert(AGE, self.freshness.age(now).as_secs().into());
        self.respond(headers, method, request)
    }

    /// The response with these headers, as far as the request asks for it.
    pub(super) fn respond(&self, headers: HeaderMap, method: &Method, request: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::Empty);
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        if self.status == StatusCode::OK && self.is_known_to(request) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            let others = |name: &&HeaderName| !OF_NOT_MODIFIED.contains(name);
            let gone: Vec<HeaderName> = response.headers().keys().filter(others).cloned().collect();
            for name in gone {
                response.headers_mut().remove(name);
            }
        } else if *method != Method::HEAD {
            *response.body_mut() = Body::from_bytes(self.body.clone());
        }
        response
    }

    /// Whether the client has this response already (RFC 9110, 13.1.2 and 13.1.3).
    fn is_known_to(&self, request: &HeaderMap) -> bool {
        if request.contains_key(IF_NONE_MATCH) {
            let Some(own) = self.headers.get(ETAG).map(|etag| strong(etag.as_bytes())) else { return false };
            let asked =
                request.get_all(IF_NONE_MATCH).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
            return asked.map(<[u8]>::trim_ascii).any(|etag| etag == b"*" || strong(etag) == own);
        }
        match (date(request, &IF_MODIFIED_SINCE), date(&self.headers, &LAST_MODIFIED)) {
            (Some(since), Some(modified)) => modified <= since,
            _ => false,
        }
    }
}

/// Copies the values: they are slices of the buffer that the head was read into, and would keep all of it.
pub(super) fn copy_values(headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        let sensitive = value.is_sensitive();
        if let Ok(mut own) = HeaderValue::from_bytes(value.as_bytes()) {
            own.set_sensitive(sensitive);
            *value = own;
        }
    }
}

/// An entity tag without its sign of weakness.
fn strong(etag: &[u8]) -> &[u8] {
    let etag = etag.trim_ascii();
    etag.strip_prefix(b"W/").unwrap_or(etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_do_not_keep_the_buffer_that_they_were_read_into() {
        let buffer = Bytes::from(vec![b'x'; 64 * 1024]);
        let value = HeaderValue::from_maybe_shared(buffer.slice(10..20)).unwrap();
        let mut headers = HeaderMap::from_iter([(ETAG, value)]);
        assert!(!buffer.is_unique());
        copy_values(&mut headers);
        assert!(buffer.is_unique());
        assert_eq!(headers[ETAG], "x".repeat(10));
    }
}
