//! A stream that is read to its end although nobody wants it any more.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{BodyStream, BoxError};

/// A stream that keeps something until it has ended: where it is dropped before, the rest is read in the background.
pub(super) struct Outliving<H: Send + 'static> {
    stream: Option<BodyStream>,
    held: Option<H>,
    longest: Duration,
}

impl<H: Send + 'static> Outliving<H> {
    pub(super) fn new(stream: BodyStream, held: H, longest: Duration) -> Self {
        Outliving { stream: Some(stream), held: Some(held), longest }
    }
}

/// Nothing of it refers to itself.
impl<H: Send + 'static> Unpin for Outliving<H> {}

impl<H: Send + 'static> Body for Outliving<H> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        let frame = Pin::new(stream).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            (self.stream, self.held) = (None, None);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.stream.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.stream.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<H: Send + 'static> Drop for Outliving<H> {
    fn drop(&mut self) {
        let (Some(mut stream), Some(held)) = (self.stream.take(), self.held.take()) else { return };
        if stream.is_end_stream() {
            return;
        }
        // Outside of the runtime everything ends anyway.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let longest = self.longest;
            runtime.spawn(async move {
                let rest = async { while stream.frame().await.is_some_and(|frame| frame.is_ok()) {} };
                drop(timeout(longest, rest).await);
                drop(held);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::StreamExt;
    use http_body_util::StreamBody;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_held_goes_with_the_end_of_the_stream_or_its_time() {
        for (frames, longest, expected) in [(3, 60, 3), (1000, 10, 10)] {
            let held = Arc::new(());
            let slow = futures_util::stream::iter(0..frames).then(|_| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok::<_, BoxError>(Frame::data(Bytes::from_static(b"x")))
            });
            let stream = BodyStream::of(StreamBody::new(slow));
            drop(Outliving::new(stream, held.clone(), Duration::from_secs(longest)));
            tokio::time::sleep(Duration::from_millis(expected * 1000 - 500)).await;
            assert_eq!(Arc::strong_count(&held), 2);
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(Arc::strong_count(&held), 1);
        }
    }
}
