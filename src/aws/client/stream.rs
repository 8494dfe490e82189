//! The answer of a function that streams, out of the event stream it comes in (InvokeWithResponseStream).

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body::{Body, Frame};
use serde::Deserialize;
use tokio::time::{Instant, Sleep};

use super::ReplyFacts;
use crate::http_client::ResponseBody;
use crate::value::BodyTimeout;

#[cfg(test)]
mod tests;

/// The longest frame: a chunk of a function, with room to spare. AWS's own are far smaller.
const LONGEST_FRAME: usize = 16 * 1024 * 1024;

/// The head of an answer that streams.
#[derive(Debug)]
pub struct StreamReply {
    pub facts: ReplyFacts,
    pub body: PayloadStream,
}

/// The body as the function writes it. It ends well only when the service confirms its end: a response that is cut off is an error.
#[derive(Debug)]
pub struct PayloadStream {
    frames: ResponseBody,
    decoder: MessageFrameDecoder,
    received: BytesMut,
    /// The service has said that the answer is complete, or a fault was told.
    ended: bool,
    patience: Duration,
    silence: Pin<Box<Sleep>>,
}

/// Why an answer broke off after it had begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The function failed while it was writing.
    #[error("the function failed while its answer streamed: {code}")]
    Function { code: String, details: String },
    /// The service failed.
    #[error("Lambda broke the stream off: {0}")]
    Service(String),
    #[error("the stream ended before the function's answer was complete")]
    CutOff,
    #[error("the stream is not the event stream of the Invoke API: {0}")]
    Frame(String),
    #[error("the stream broke: {0}")]
    Transport(String),
}

/// The last event of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Complete {
    error_code: Option<String>,
    error_details: Option<String>,
    log_result: Option<String>,
}

impl StreamReply {
    pub(super) fn new(answer: Response<ResponseBody>, patience: Duration) -> Self {
        let (head, frames) = answer.into_parts();
        let body = PayloadStream {
            frames,
            decoder: MessageFrameDecoder::new(),
            received: BytesMut::new(),
            ended: false,
            patience,
            silence: Box::pin(tokio::time::sleep(patience)),
        };
        StreamReply { facts: ReplyFacts::new(head.headers), body }
    }

    /// The content type that the function declared, if the service passes it on. The service's own type is that of event streams.
    pub fn declared_type(&self) -> Option<&HeaderValue> {
        let events = |value: &&HeaderValue| value.as_bytes().starts_with(b"application/vnd.amazon.eventstream");
        let headers = self.facts.headers();
        let remapped = headers.get("x-amzn-remapped-content-type");
        remapped.or_else(|| headers.get(CONTENT_TYPE)).filter(|value| !events(value))
    }
}

impl Body for PayloadStream {
    type Data = Bytes;
    type Error = crate::value::BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = ready!(self.poll_chunk(cx));
        self.ended = !matches!(next, Ok(Some(_)));
        Poll::Ready(next.map(|chunk| chunk.map(Frame::data)).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

impl PayloadStream {
    /// The next bytes of the function, or `None` behind the last.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, crate::value::BoxError>> {
        loop {
            let PayloadStream { decoder, received, .. } = self;
            match decoder.decode_frame(&mut *received).map_err(|error| StreamError::Frame(error.to_string()))? {
                DecodedFrame::Complete(message) => match read(&message)? {
                    Event::Chunk(bytes) if bytes.is_empty() => continue,
                    Event::Chunk(bytes) => return Poll::Ready(Ok(Some(bytes))),
                    Event::Complete => return Poll::Ready(Ok(None)),
                    Event::Unknown => continue,
                },
                DecodedFrame::Incomplete if received.len() > LONGEST_FRAME => {
                    return Poll::Ready(Err(StreamError::Frame("a frame is too long".to_owned()).into()));
                }
                DecodedFrame::Incomplete => {}
            }
            match Pin::new(&mut self.frames).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let deadline = Instant::now() + self.patience;
                    self.silence.as_mut().reset(deadline);
                    if let Ok(bytes) = frame.into_data() {
                        self.received.extend_from_slice(&bytes);
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Err(StreamError::Transport(error.to_string()).into()));
                }
                Poll::Ready(None) => return Poll::Ready(Err(StreamError::CutOff.into())),
                Poll::Pending => {
                    ready!(self.silence.as_mut().poll(cx));
                    return Poll::Ready(Err(BodyTimeout.into()));
                }
            }
        }
    }
}

enum Event {
    Chunk(Bytes),
    Complete,
    /// A kind that AWS may add; it is not the function's.
    Unknown,
}

fn read(message: &Message) -> Result<Event, StreamError> {
    let header = |name: &str| {
        let found = message.headers().iter().find(|header| header.name().as_str() == name)?;
        found.value().as_string().ok().map(|text| text.as_str().to_owned())
    };
    let of = |name: &str| header(name).unwrap_or_default();
    if of(":message-type") != "event" {
        let kind = header(":exception-type").or_else(|| header(":error-code")).unwrap_or_default();
        return Err(StreamError::Service(kind));
    }
    match of(":event-type").as_str() {
        "PayloadChunk" => Ok(Event::Chunk(message.payload().clone())),
        "InvokeComplete" => {
            let complete: Complete = serde_json::from_slice(message.payload()).unwrap_or_default();
            if let Some(log) = complete.log_result.and_then(|log| BASE64_STANDARD.decode(log).ok()) {
                tracing::debug!(log = %String::from_utf8_lossy(&log), "the end of the function's log");
            }
            match complete.error_code.filter(|code| !code.is_empty()) {
                Some(code) => {
                    let details = complete.error_details.unwrap_or_default();
                    Err(StreamError::Function { code, details })
                }
                None => Ok(Event::Complete),
            }
        }
        _ => Ok(Event::Unknown),
    }
}
