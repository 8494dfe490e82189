//! Keeping a body while it is on its way to the client.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::Cache;
use super::key::Key;
use super::store::{Stamp, Target};
use super::stored::{Stored, copy_values};
use crate::value::{Body, BodyStream, BoxError};

/// A response that is stored when its body is complete.
pub(super) struct Pending {
    pub cache: Arc<Cache>,
    pub key: Key,
    pub target: Target,
    pub stamp: Stamp,
    /// Without its body.
    pub stored: Stored,
}

/// A body that is kept as it passes. Where its reader leaves or its sender breaks off, nothing is stored.
struct Tee {
    body: BodyStream,
    keeping: Option<Keeping>,
}

struct Keeping {
    pending: Pending,
    /// A copy: a small slice of a large buffer would keep all of that buffer.
    body: Vec<u8>,
    /// The largest body that may be stored: the bound of an entry less the headers.
    room: usize,
    /// The largest total of bodies that are being received, for all clients.
    room_for_all: usize,
}

impl Pending {
    pub(super) fn finish(mut self, body: Bytes) {
        self.stored.body = body;
        copy_values(&mut self.stored.headers);
        self.cache.store().insert(self.key, self.target, self.stamp, Arc::new(self.stored));
    }

    /// The body as it goes on; it is stored when all of it has passed.
    pub(super) fn keep(self, body: Body) -> Body {
        let stream = match body {
            Body::Stream(stream) => stream,
            whole => {
                // A copy: what came in one chunk is a slice of the buffer that it was read into.
                self.finish(Bytes::copy_from_slice(&whole.bytes().unwrap_or_default()));
                return whole;
            }
        };
        let bounds = self.cache.store().bounds;
        let room = bounds.entry_bytes.saturating_sub(self.stored.size());
        let known = usize::try_from(http_body::Body::size_hint(&stream).lower()).unwrap_or(usize::MAX);
        if known > room {
            self.cache.counters.too_large.inc();
            return Body::Stream(stream);
        }
        let keeping = Keeping { pending: self, body: Vec::with_capacity(known), room, room_for_all: bounds.bytes };
        Body::Stream(BodyStream::of(Tee { body: stream, keeping: Some(keeping) }))
    }
}

impl Keeping {
    /// Keeps a chunk; `false` gives up.
    fn push(&mut self, chunk: &[u8]) -> bool {
        let cache = &self.pending.cache;
        let good = self.body.len() + chunk.len() <= self.room
            && cache.on_their_way.load(Ordering::Relaxed) + chunk.len() <= self.room_for_all;
        if good {
            cache.on_their_way.fetch_add(chunk.len(), Ordering::Relaxed);
            self.body.extend_from_slice(chunk);
        } else {
            cache.counters.too_large.inc();
        }
        good
    }

    /// No longer on its way.
    fn settle(self) -> (Pending, Vec<u8>) {
        self.pending.cache.on_their_way.fetch_sub(self.body.len(), Ordering::Relaxed);
        (self.pending, self.body)
    }
}

impl Tee {
    fn passed(&mut self, frame: &Frame<Bytes>) {
        let kept = match (&mut self.keeping, frame.data_ref()) {
            (Some(keeping), Some(chunk)) => keeping.push(chunk),
            // Trailers are not kept, and without them the response would be another one.
            (_, None) => false,
            (None, _) => return,
        };
        if !kept {
            self.give_up();
        } else if http_body::Body::is_end_stream(&self.body) {
            // The last frame is not followed by another poll where its length was known.
            self.complete();
        }
    }

    fn complete(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            let (pending, body) = keeping.settle();
            pending.finish(body.into_boxed_slice().into());
        }
    }

    fn give_up(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            keeping.settle();
        }
    }
}

impl Drop for Tee {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl http_body::Body for Tee {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => this.passed(frame),
            Poll::Ready(Some(Err(_))) => this.give_up(),
            Poll::Ready(None) => this.complete(),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
