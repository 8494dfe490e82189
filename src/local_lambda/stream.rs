//! Answers as event streams: what InvokeWithResponseStream sends.

use std::convert::Infallible;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http_body::Frame;
use http_body_util::BodyExt;
use http_body_util::StreamBody;
use http_body_util::combinators::UnsyncBoxBody;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::errors::Refusal;
use super::invocation::{Fault, Outcome, Piece};

/// A chunk of this size at most goes into one event.
const CHUNK: usize = 64 * 1024;

/// The body of a reply.
pub type ReplyBody = UnsyncBoxBody<Bytes, Infallible>;

/// An invocation whose answer streams.
pub struct Running {
    /// The request id.
    pub id: String,
    pub pieces: mpsc::Receiver<Piece>,
    pub outcome: oneshot::Receiver<Result<Outcome, Refusal>>,
}

enum StreamState {
    /// A piece that has come already, then the rest.
    Pieces(Option<Bytes>, Running),
    Ended,
}

/// The events of an invocation: chunks as they come, then how it ended.
pub fn events(first: Option<Bytes>, running: Running) -> ReplyBody {
    let frames = stream::unfold(StreamState::Pieces(first, running), async |state| {
        let StreamState::Pieces(first, mut running) = state else { return None };
        if let Some(bytes) = first {
            return Some((frame(chunks(&bytes)), StreamState::Pieces(None, running)));
        }
        loop {
            match running.pieces.recv().await {
                Some(Piece::Declared(_)) => {}
                Some(Piece::Bytes(bytes)) => return Some((frame(chunks(&bytes)), StreamState::Pieces(None, running))),
                None => break,
            }
        }
        let last = match running.outcome.await {
            Ok(Ok(outcome)) => end(outcome, &running.id),
            Ok(Err(refusal)) => end(Outcome::failed(Fault::Reported(refusal.body().into())), &running.id),
            // The service stops.
            Err(_) => BytesMut::new(),
        };
        Some((frame(last), StreamState::Ended))
    });
    StreamBody::new(Box::pin(frames)).boxed_unsync()
}

fn frame(bytes: BytesMut) -> Result<Frame<Bytes>, Infallible> {
    Ok(Frame::data(bytes.freeze()))
}

/// The last event; before it the whole answer of a handler that does not stream.
fn end(outcome: Outcome, id: &str) -> BytesMut {
    whole_answer(outcome.result.map_err(|fault| fault.payload(id)))
}

/// The events of an answer that is there as a whole, or of the document of an error.
pub fn whole_answer(result: Result<Bytes, Bytes>) -> BytesMut {
    let (mut out, complete) = match result {
        Ok(payload) => (chunks(&payload), json!({})),
        Err(document) => {
            let details = String::from_utf8_lossy(&document);
            (BytesMut::new(), json!({"ErrorCode": "Unhandled", "ErrorDetails": details}))
        }
    };
    write(&mut out, "InvokeComplete", "application/json", Bytes::from(complete.to_string()));
    out
}

fn chunks(bytes: &Bytes) -> BytesMut {
    let mut out = BytesMut::new();
    for chunk in bytes.chunks(CHUNK) {
        write(&mut out, "PayloadChunk", "application/octet-stream", bytes.slice_ref(chunk));
    }
    out
}

fn write(out: &mut BytesMut, kind: &'static str, content: &'static str, payload: Bytes) {
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload)
        .add_header(header(":message-type", "event"))
        .add_header(header(":event-type", kind))
        .add_header(header(":content-type", content));
    if let Err(error) = write_message_to(&message, out) {
        tracing::error!(%error, "an event of a stream cannot be written");
    }
}
