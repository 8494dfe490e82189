//! The head of a streamed response: JSON, eight zero bytes, and then the body.
//!
//! A function that streams declares `application/vnd.awslambda.http-integration-response` for it. The Invoke API does not always
//! pass that on, so what looks like a head is taken for one; everything else is a body without a head.

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};

use super::answer::{self, Json, Members};
use super::error::ProxyError;
use super::{headers, status};
use crate::value::{self, BodyStream, BoxError};

#[cfg(test)]
mod tests;

/// The separator between the head and the body.
const DELIMITER: [u8; 8] = [0; 8];

/// The longest head, bytes. Its headers have to pass a client's limits anyway.
const LONGEST_HEAD: usize = 64 * 1024;

const DECLARED: &[u8] = b"application/vnd.awslambda.http-integration-response";

/// A response whose body is still on its way.
#[derive(Debug)]
pub struct StreamedResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: value::Body,
}

/// Why a stream did not become a response.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It broke off before the first byte of the body.
    #[error("{0}")]
    Stream(BoxError),
    #[error("the head of the function's stream: {0}")]
    Head(#[from] ProxyError),
    #[error("the function declared a head for its stream, and none came")]
    NoHead,
}

/// Reads the head and waits for the first byte of the body, so that a function that fails before it is answered with an
/// error. `declared` is the content type that the service passed on.
pub async fn open<B>(mut body: B, declared: Option<&HeaderValue>) -> Result<StreamedResponse, OpenError>
where
    B: Body<Data = Bytes, Error = BoxError> + Send + Unpin + 'static,
{
    let must_have_head = declared.is_some_and(|value| value.as_bytes().starts_with(DECLARED));
    let mut seen = BytesMut::new();
    let head = loop {
        match scan(&seen) {
            Scan::Head { end } => break Some(end),
            Scan::None if must_have_head => return Err(OpenError::NoHead),
            Scan::None => break None,
            Scan::More => match next(&mut body).await? {
                Some(chunk) => seen.extend_from_slice(&chunk),
                None if must_have_head => return Err(OpenError::NoHead),
                None => break None,
            },
        }
    };
    let mut first = seen.freeze();
    let (status, headers) = match head {
        Some(end) => {
            let head = first.split_to(end + DELIMITER.len()).slice(..end);
            read_head(&head)?
        }
        None => (StatusCode::OK, bare_headers(declared)),
    };
    while first.is_empty() {
        match next(&mut body).await? {
            Some(chunk) => first = chunk,
            None => break,
        }
    }
    let without_body = status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED;
    let body =
        if first.is_empty() || without_body { value::Body::Empty } else { value::Body::Stream(join(first, body)) };
    Ok(StreamedResponse { status, headers, body })
}

async fn next<B>(body: &mut B) -> Result<Option<Bytes>, OpenError>
where
    B: Body<Data = Bytes, Error = BoxError> + Unpin,
{
    match body.frame().await {
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(error)) => Err(OpenError::Stream(error)),
        None => Ok(None),
    }
}

fn join<B>(first: Bytes, rest: B) -> BodyStream
where
    B: Body<Data = Bytes, Error = BoxError> + Send + Unpin + 'static,
{
    let first = stream::once(async { Ok(Frame::data(first)) });
    BodyStream::of(StreamBody::new(first.chain(http_body_util::BodyStream::new(rest))))
}

fn read_head(text: &[u8]) -> Result<(StatusCode, HeaderMap), ProxyError> {
    let Json::Object(members) = answer::read(text)? else { return Err(ProxyError::NotAnObject) };
    let head = Members::from(members);
    let status = status(&head)?;
    let mut headers = headers::read_all(&head)?;
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    Ok((status, headers))
}

/// Without a head the declared type is that of the body.
fn bare_headers(declared: Option<&HeaderValue>) -> HeaderMap {
    let kind = declared.cloned().unwrap_or_else(|| HeaderValue::from_static("application/octet-stream"));
    HeaderMap::from_iter([(CONTENT_TYPE, kind)])
}

/// The kind of a stream's first bytes.
#[derive(Debug, PartialEq, Eq)]
enum Scan {
    /// JSON up to here, and the delimiter behind it.
    Head { end: usize },
    /// No head.
    None,
    /// That takes more bytes.
    More,
}

/// Looks for one JSON object with the delimiter behind it. Says no as early as it can: a body must not wait for the end of a
/// head that will not come.
fn scan(bytes: &[u8]) -> Scan {
    let Some(start) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) else { return unsure(bytes) };
    if bytes[start] != b'{' {
        return Scan::None;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            0 => return Scan::None,
            _ => {}
        }
        if depth == 0 && !quoted {
            return delimiter(bytes, at + 1);
        }
    }
    unsure(bytes)
}

fn delimiter(bytes: &[u8], end: usize) -> Scan {
    let behind = &bytes[end..];
    match behind.len() {
        length if length >= DELIMITER.len() && behind.starts_with(&DELIMITER) => Scan::Head { end },
        length if length < DELIMITER.len() && behind.iter().all(|byte| *byte == 0) => unsure(bytes),
        _ => Scan::None,
    }
}

fn unsure(bytes: &[u8]) -> Scan {
    if bytes.len() > LONGEST_HEAD { Scan::None } else { Scan::More }
}
