//! The parts of a request that every event has, prepared before it is written.

use std::borrow::Cow;

use http::HeaderMap;

use super::body::EventBody;
use super::headers;
use super::request::{EventFormat, EventRequest};

/// A request with its headers and its body as an event has them.
pub(super) struct Parts<'a> {
    pub request: &'a EventRequest<'a>,
    pub headers: Cow<'a, HeaderMap>,
    pub body: EventBody<'a>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(format: EventFormat, request: &'a EventRequest<'a>) -> Self {
        Parts { request, headers: headers::shown(request), body: EventBody::new(format, request) }
    }
}
