//! The parts of a request that every event has, prepared before it is written.

use std::borrow::Cow;

use http::HeaderMap;
use serde::Serializer;
use serde::ser::SerializeMap;

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

    /// Writes an event of API Gateway: its version, what `request` writes of the request, and the body.
    pub(super) fn write<S: Serializer>(
        &self,
        serializer: S,
        version: &str,
        request: impl FnOnce(&mut S::SerializeMap) -> Result<(), S::Error>,
    ) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_map(None)?;
        event.serialize_entry("version", version)?;
        request(&mut event)?;
        event.serialize_entry("body", &self.body)?;
        event.serialize_entry("isBase64Encoded", &self.body.is_base64())?;
        event.end()
    }
}
