//! From the message that a pipeline leaves behind to a response.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use http_body::{Frame, SizeHint};
use hyper::ext::ReasonPhrase;

use crate::http_client::strip_hop_by_hop;
use crate::runtime::{Fault, FaultSource, State, kinds};
use crate::value::{Body, BodyStream, BoxError, JSON, Message};

/// Takes the response out of a request's state. While `message` is still the request, the client's own headers
/// stay here.
pub(super) fn reply(state: &mut State) -> Result<Message, Fault> {
    let mut message = std::mem::take(&mut state.outgoing.message);
    if let Some(status) = message.status.filter(StatusCode::is_informational) {
        let text = format!("The response has the status {status}, which does not end a request");
        return Err(Fault::new(&kinds::RUNTIME, FaultSource::Gateway, text));
    }
    if !state.outgoing.is_response {
        let request = std::mem::take(&mut message.headers);
        let empty = matches!(message.body, Body::Empty | Body::Gone);
        let content_type = (!empty).then_some(&CONTENT_TYPE);
        for name in state.outgoing.touched_headers.iter().chain(content_type) {
            keep(name, &request, &mut message.headers);
        }
    }
    Ok(message)
}

fn keep(name: &HeaderName, from: &HeaderMap, to: &mut HeaderMap) {
    if !to.contains_key(name) {
        to.extend(from.get_all(name).iter().map(|value| (name.clone(), value.clone())));
    }
}

/// The phrase after the status of an HTTP/1.1 response, where it is not the usual one: the message's own, and nothing for a status
/// without a usual one.
pub(super) fn reason(message: &Message) -> Option<ReasonPhrase> {
    match &message.reason {
        Some(reason) => ReasonPhrase::try_from(reason.as_bytes()).ok(),
        None => {
            let is_unknown = message.status.is_some_and(|status| status.canonical_reason().is_none());
            is_unknown.then(|| ReasonPhrase::from_static(b""))
        }
    }
}

/// Status, headers and body as hyper may have them. Framing is hyper's: a length that a step or an upstream wrote is
/// only kept where it speaks of a body that is not sent, in an answer to HEAD.
pub(super) fn outgoing(mut message: Message, method: &Method) -> (StatusCode, HeaderMap, BodyStream) {
    let status = message.status.unwrap_or(StatusCode::OK);
    let mut headers = message.headers.into_map();
    strip_hop_by_hop(&mut headers);
    let length = headers.remove(CONTENT_LENGTH);
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return (status, headers, BodyStream::of(NoBody));
    }
    if *method == Method::HEAD && matches!(message.body, Body::Empty | Body::Gone) {
        if let Some(length) = length.filter(is_number) {
            headers.insert(CONTENT_LENGTH, length);
        }
        return (status, headers, BodyStream::of(NoBody));
    }
    if message.body.is_made_json() {
        headers.entry(CONTENT_TYPE).or_insert(JSON);
    }
    (status, headers, message.body.send())
}

fn is_number(value: &HeaderValue) -> bool {
    !value.is_empty() && value.as_bytes().iter().all(u8::is_ascii_digit)
}

/// Nothing, of unknown size: no `Content-Length: 0` is written for it.
struct NoBody;

impl http_body::Body for NoBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
