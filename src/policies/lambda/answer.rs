//! The function's response, as a message.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::aws::response::{self, ProxyError, Reading};
use crate::runtime::{Fault, FaultSource, kinds};
use crate::value::{Body, JSON, Message, Value};

use super::config::{InvocationKind, ResponseFormat};

/// The message of a function's answer.
pub(super) fn message(
    payload: Bytes,
    kind: InvocationKind,
    format: ResponseFormat,
    reading: Reading,
) -> Result<Message, Fault> {
    match (kind, format) {
        (InvocationKind::Event, _) => Ok(empty(StatusCode::ACCEPTED)),
        (InvocationKind::DryRun, _) => Ok(empty(StatusCode::NO_CONTENT)),
        // Streamed responses do not come here.
        (InvocationKind::RequestResponse, ResponseFormat::Body | ResponseFormat::Stream) => Ok(Message {
            status: Some(StatusCode::OK),
            // Lambda's answers are JSON by contract; the bytes stay exactly as the function wrote them.
            headers: json().into(),
            body: Body::from_bytes(payload),
            ..Message::default()
        }),
        (InvocationKind::RequestResponse, ResponseFormat::Proxy) => {
            let proxied = response::parse(reading, &payload).map_err(|error| no_response(&error))?;
            Ok(Message {
                status: Some(proxied.status),
                headers: proxied.headers.into(),
                body: Body::from_bytes(proxied.body),
                ..Message::default()
            })
        }
    }
}

/// The fault of an answer that is no proxy response. What the function wrote is for the log only.
pub(super) fn no_response(error: &ProxyError) -> Fault {
    let fault = Fault::new(&kinds::LAMBDA_RESPONSE, FaultSource::Upstream, error.to_string());
    match error.written() {
        Some(written) => fault.with_cause(format!("{error}: `{}`", written.chars().take(200).collect::<String>())),
        None => fault,
    }
}

/// The message in `output` after a fault that does not stop the flow: its status, the function's error as the body, and the facts
/// that handlers would read under `attributes.lambda`.
pub(super) fn of_fault(fault: &Fault) -> Message {
    let payload = fault.details.iter().find(|(name, _)| &**name == "payload").map(|(_, payload)| payload.to_bytes());
    let mut headers = if payload.is_some() { json() } else { HeaderMap::new() };
    headers.extend(fault.headers.iter().cloned());
    let body = Body::from_bytes(payload.unwrap_or_default());
    let name = [("fault".into(), Value::from(&*fault.name))];
    let facts = fault.details.iter().filter(|(name, _)| &**name != "payload").cloned();
    let attributes = Value::object([("lambda", Value::object(name.into_iter().chain(facts)))]);
    Message {
        status: Some(fault.status),
        headers: headers.into(),
        body,
        attributes: attributes.into(),
        ..Message::default()
    }
}

fn empty(status: StatusCode) -> Message {
    Message { status: Some(status), ..Message::default() }
}

fn json() -> HeaderMap {
    // With room for what the response adds.
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(CONTENT_TYPE, JSON);
    headers
}
