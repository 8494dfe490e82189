//! A request that is ready to be sent, and what says how one is made.

use std::future::ready;

use bytes::Bytes;
use futures_util::stream::once;
use http::header::{HeaderMap, HeaderValue};
use http::{Method, Request, Uri};
use http_body::Frame;
use http_body_util::StreamBody;

use super::clients::Trust;
use super::config::BackendType;
use crate::value::{Body, BodyStream, BoxError};

/// How a request is made.
pub(super) struct Shape {
    pub keep_payload: bool,
    pub compression: bool,
    /// A body of unknown length may be sent in chunks.
    pub chunked: bool,
    /// A body is sent in chunks, also where its length is known.
    pub always_chunked: bool,
    pub backend_type: BackendType,
    pub inject_user_agent: bool,
    pub inject_proxy_headers: bool,
    pub decode_parameters: bool,
}

/// A request that is ready to be sent.
pub(super) struct Outgoing {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub payload: Payload,
    /// The payload is sent in chunks, also where its length is known.
    pub chunked: bool,
    pub trust: Trust,
}

/// The body of a request.
pub(super) enum Payload {
    None,
    Stream(BodyStream),
    /// Can be sent again.
    Bytes(Bytes),
    /// A stream that has been sent.
    Lost,
}

impl Shape {
    /// Whether a request with this verb is sent with its body, as on IBM's gateway.
    pub(super) fn carries_body(&self, verb: &Method) -> bool {
        match *verb {
            Method::DELETE => self.keep_payload,
            _ => !matches!(*verb, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE),
        }
    }

    /// `Content-Type` for a message that has none.
    pub(super) fn content_type(&self) -> Option<HeaderValue> {
        Some(HeaderValue::from_static(match self.backend_type {
            BackendType::Xml => "text/xml",
            BackendType::Json => "application/json",
            BackendType::Binary => "application/octet-stream",
            BackendType::Detect | BackendType::Graphql => return None,
        }))
    }
}

impl Payload {
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Payload::None)
    }

    /// The same for another hop.
    pub(super) fn again(&self) -> Payload {
        match self {
            Payload::None => Payload::None,
            Payload::Bytes(bytes) => Payload::Bytes(bytes.clone()),
            Payload::Stream(_) | Payload::Lost => Payload::Lost,
        }
    }

    /// The same in chunks. A body whose length is known can still be sent again.
    pub(super) fn send_chunked(self) -> BodyStream {
        match self {
            Payload::Bytes(bytes) => {
                BodyStream::of(StreamBody::new(once(ready(Ok::<_, BoxError>(Frame::data(bytes))))))
            }
            // A stream may know its length from its client.
            other => BodyStream::of(StreamBody::new(http_body_util::BodyStream::new(other.send()))),
        }
    }

    /// Its bytes; `None` for a stream.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        match self {
            Payload::None => Some(Bytes::new()),
            Payload::Bytes(bytes) => Some(bytes.clone()),
            Payload::Stream(_) | Payload::Lost => None,
        }
    }

    pub(super) fn send(self) -> BodyStream {
        match self {
            Payload::None | Payload::Lost => Body::Empty.send(),
            Payload::Stream(stream) => stream,
            Payload::Bytes(bytes) => Body::from_bytes(bytes).send(),
        }
    }
}

impl Outgoing {
    pub(super) fn into_request(self) -> Request<BodyStream> {
        let mut request = Request::new(if self.chunked { self.payload.send_chunked() } else { self.payload.send() });
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }
}
