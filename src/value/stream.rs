//! Bodies on their way.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use super::extras::Extras;

/// Any error of a body stream.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body that is still on its way. Most are there already, and those need no box.
pub struct BodyStream(Kind);

enum Kind {
    /// Bytes that are there, or none, and the room that they take.
    Whole(Bytes, #[expect(dead_code, reason = "it is given back when this goes")] Option<Arc<Extras>>),
    Stream(UnsyncBoxBody<Bytes, BoxError>),
}

impl BodyStream {
    /// Nothing.
    pub fn empty() -> Self {
        Self::whole(Bytes::new())
    }

    /// What is there already.
    pub fn whole(bytes: Bytes) -> Self {
        BodyStream(Kind::Whole(bytes, None))
    }

    /// What is there already, and keeps its room until it has gone.
    pub(super) fn whole_with(bytes: Bytes, extras: Option<Arc<Extras>>) -> Self {
        BodyStream(Kind::Whole(bytes, extras))
    }

    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        matches!(self.0, Kind::Whole(..))
    }

    /// What comes.
    pub fn of<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        BodyStream(Kind::Stream(body.map_err(Into::into).boxed_unsync()))
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyStream")
    }
}

impl http_body::Body for BodyStream {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Kind::Whole(bytes, _) if bytes.is_empty() => Poll::Ready(None),
            Kind::Whole(bytes, _) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Kind::Stream(stream) => Pin::new(stream).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(bytes, _) => bytes.is_empty(),
            Kind::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes, _) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream(stream) => stream.size_hint(),
        }
    }
}
