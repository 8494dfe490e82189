//! Request bodies that may not dawdle.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::quiet::Quiet;
use crate::value::{BodyTimeout, BoxError};

/// A request body under `body-idle-timeout` and `body-timeout`. Time runs while somebody waits for it; what is there
/// already costs no timer.
pub(super) struct TimedBody<B> {
    body: B,
    /// With HTTP/1, who wakes the connection that the body comes on.
    quiet: Option<Arc<Quiet>>,
    idle: Duration,
    total: Duration,
    /// When the whole of it must be there; set when it is first waited for.
    end: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// The alarm is set for the silence that is going on.
    waiting: bool,
}

impl<B> TimedBody<B> {
    pub(super) fn new(body: B, idle: Duration, total: Duration, quiet: Option<Arc<Quiet>>) -> Self {
        TimedBody { body, quiet, idle, total, end: None, alarm: None, waiting: false }
    }

    /// Whether the sender has used up its time; otherwise the task wakes when it has.
    fn late(&mut self, cx: &mut Context<'_>) -> bool {
        let now = Instant::now();
        let end = *self.end.get_or_insert(now + self.total);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if !std::mem::replace(&mut self.waiting, true) {
            alarm.as_mut().reset(end.min(now + self.idle));
        }
        alarm.as_mut().poll(cx).is_ready()
    }
}

impl<B> Body for TimedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let body = &mut this.body;
        let polled = match &this.quiet {
            Some(quiet) => quiet.taking(|| {
                let polled = Pin::new(&mut *body).poll_frame(cx);
                let is_last = polled.is_ready() && body.is_end_stream();
                (polled, is_last)
            }),
            None => Pin::new(body).poll_frame(cx),
        };
        match polled {
            Poll::Ready(frame) => {
                this.waiting = false;
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending if this.late(cx) => Poll::Ready(Some(Err(BodyTimeout.into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
