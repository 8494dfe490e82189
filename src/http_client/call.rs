//! A request that is to be sent.

use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Method, Request};
use http_body::Body as _;

use super::{SendError, strip_hop_by_hop};
use crate::value::BodyStream;

/// A request that is to be sent, and whether it may have been. It is made where it stays: requests are large, and every
/// function that takes one by value keeps a copy of it while it waits.
pub struct Call {
    pub(super) request: Option<Request<BodyStream>>,
    pub(super) may_be_sent: bool,
}

impl Call {
    /// Hop-by-hop headers are dropped, and the body is framed.
    pub fn new(mut request: Request<BodyStream>) -> Self {
        frame(&mut request);
        Call { request: Some(request), may_be_sent: false }
    }

    /// The error of a call whose time ran out.
    pub fn timed_out(&self) -> SendError {
        SendError::timed_out(self.may_be_sent)
    }

    /// The body of a request of which nothing was sent, where it is still here.
    pub fn into_unsent_body(self) -> Option<BodyStream> {
        self.request.filter(|_| !self.may_be_sent).map(Request::into_body)
    }

    pub(super) fn take(&mut self) -> Result<Request<BodyStream>, SendError> {
        // A call is made once.
        self.request.take().ok_or_else(SendError::no_url)
    }
}

/// Leaves framing to hyper, which takes it from the body's size. It says nothing about a body that is empty, where
/// servers expect `Content-Length: 0` from the methods that usually carry one (RFC 9110, 8.6).
fn frame(request: &mut Request<BodyStream>) {
    strip_hop_by_hop(request.headers_mut());
    request.headers_mut().remove(CONTENT_LENGTH);
    let usually_has_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if usually_has_body && request.body().is_end_stream() {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}
