//! The response of a service, as a message and perhaps as a fault.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{Response, StatusCode};
use tokio::time::Instant;

use super::config::StopOn;
use super::soap;
use crate::base::Generation;
use crate::http_client::{ResponseBody, strip_hop_by_hop};
use crate::runtime::{Fault, FaultSource, kinds};
use crate::value::{Body, BodyError, Message};

/// The answer without what belonged to its connection; the body still streams.
pub(super) fn received(answer: Response<ResponseBody>) -> Response<Body> {
    let mut answer = answer.map(Body::from_stream);
    strip_hop_by_hop(answer.headers_mut());
    // The body is framed anew on its way to the client.
    answer.headers_mut().remove(CONTENT_LENGTH);
    answer
}

/// The answer as a message.
pub(super) fn message(answer: Response<Body>) -> Message {
    let (head, mut body) = answer.into_parts();
    // A body from the cache is compressed as the service sent it. Only a stream is decoded by its reader.
    if let Body::Bytes(..) = body {
        body = Body::Stream(body.send());
    }
    Message { status: Some(head.status), headers: head.headers.into(), body, ..Message::default() }
}

/// Reads the body of an answer.
pub(super) async fn load(message: &mut Message, deadline: Instant, limit: usize) -> Result<(), Fault> {
    within(deadline, message.load_decoded(limit)).await
}

/// The fault of an answer, where it is one that stops the flow.
pub(super) async fn fault(
    message: &mut Message,
    stops: StopOn,
    generation: Generation,
    deadline: Instant,
    limit: usize,
) -> Result<Option<Fault>, Fault> {
    let status = message.status.unwrap_or_default();
    let upstream = |kind, message: String| {
        Fault::new(kind, FaultSource::Upstream, message).with_detail("upstreamStatus", status.as_u16())
    };
    if stops.soap && is_soap_fault(message, deadline, limit).await? {
        return Ok(Some(upstream(&kinds::SOAP, "the service answered with a SOAP fault".to_owned())));
    }
    let refused = stops.operation && !status.is_success();
    let words = || match generation {
        Generation::V5 => format!("{}: {}", status.as_str(), status.canonical_reason().unwrap_or_default()),
        Generation::V10 => format!("the service answered {status}"),
    };
    Ok(refused.then(|| upstream(&kinds::OPERATION, words())))
}

/// SOAP 1.1 sends its faults with status 500, SOAP 1.2 with 400 or 500, and some services with 200: the text decides.
async fn is_soap_fault(message: &mut Message, deadline: Instant, limit: usize) -> Result<bool, Fault> {
    let content_type = message.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !soap::is_xml(content_type) || message.status == Some(StatusCode::PARTIAL_CONTENT) {
        return Ok(false);
    }
    if message.headers.contains_key(CONTENT_ENCODING) {
        load(message, deadline, limit).await?;
    }
    let first = within(deadline, message.body.peek(soap::LOOK)).await?;
    Ok(soap::is_fault(&first))
}

async fn within<T>(deadline: Instant, read: impl Future<Output = Result<T, BodyError>>) -> Result<T, Fault> {
    let broken = |cause: &dyn std::fmt::Display| {
        Fault::new(&kinds::CONNECTION, FaultSource::Upstream, "the response could not be read").with_cause(cause)
    };
    match tokio::time::timeout_at(deadline, read).await {
        Ok(read) => read.map_err(|error| broken(&error)),
        Err(late) => Err(broken(&late)),
    }
}
