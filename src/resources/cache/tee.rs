//! Keeping a body while it is on its way to the client.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;

use super::Cache;
use super::key::Key;
use super::store::{Stamp, Target};
use super::stored::Stored;
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
    chunks: Vec<Bytes>,
    length: usize,
    /// What may be kept: the bound of an entry less the headers.
    room: usize,
}

impl Pending {
    pub(super) fn finish(mut self, body: Bytes) {
        self.stored.body = body;
        self.cache.store().insert(self.key, self.target, self.stamp, Arc::new(self.stored));
    }

    /// The body as it goes on; it is stored when all of it has passed.
    pub(super) fn keep(self, body: Body) -> Body {
        let stream = match body {
            Body::Stream(stream) => stream,
            whole => {
                self.finish(whole.bytes().unwrap_or_default());
                return whole;
            }
        };
        let room = self.cache.store().bounds.entry_bytes.saturating_sub(self.stored.size());
        let known = http_body::Body::size_hint(&stream).lower();
        if usize::try_from(known).map_or(true, |known| known > room) {
            self.cache.counters.too_large.inc();
            return Body::Stream(stream);
        }
        let keeping = Keeping { pending: self, chunks: Vec::new(), length: 0, room };
        Body::Stream(Tee { body: stream, keeping: Some(keeping) }.boxed_unsync())
    }
}

impl Keeping {
    /// Keeps a chunk; `false` gives up.
    fn push(&mut self, chunk: &Bytes) -> bool {
        let cache = &self.pending.cache;
        self.length += chunk.len();
        let on_their_way = cache.on_their_way.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
        // A small piece of a large buffer would keep all of it; nobody else does once the client has it.
        self.chunks.push(chunk.clone());
        let good = self.length <= self.room && on_their_way <= cache.store().bounds.bytes;
        if !good {
            cache.counters.too_large.inc();
        }
        good
    }

    fn finish(mut self) {
        // One exact buffer, whatever the pieces were slices of.
        let mut body = BytesMut::with_capacity(self.length);
        self.chunks.drain(..).for_each(|chunk| body.extend_from_slice(&chunk));
        let Keeping { pending, length, .. } = self;
        pending.cache.on_their_way.fetch_sub(length, Ordering::Relaxed);
        pending.finish(body.freeze());
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
            // Nobody asks again where this was known to be the last frame.
            self.complete();
        }
    }

    fn complete(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            keeping.finish();
        }
    }

    fn give_up(&mut self) {
        if let Some(keeping) = self.keeping.take() {
            keeping.pending.cache.on_their_way.fetch_sub(keeping.length, Ordering::Relaxed);
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
