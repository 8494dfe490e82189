//! Request bodies that may not dawdle.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::clock::Clock;
use crate::value::{BodyTimeout, BoxError};

/// A request body under `body-idle-timeout` and `body-timeout`. Time runs while somebody waits for it; what is there
/// already costs no timer.
pub(super) struct TimedBody<B> {
    body: B,
    idle: Duration,
    total: Duration,
    /// That of its connection.
    clock: Arc<Clock>,
    /// When the whole of it must be there; set when it is first waited for.
    end: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
    /// The alarm is set for the silence that is going on.
    waiting: bool,
}

impl<B> TimedBody<B> {
    pub(super) fn new(body: B, idle: Duration, total: Duration, clock: Arc<Clock>) -> Self {
        TimedBody { body, idle, total, clock, end: None, alarm: None, waiting: false }
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
        if let Some(what) = this.clock.ambiguous() {
            return Poll::Ready(Some(Err(what.into())));
        }
        match Pin::new(&mut this.body).poll_frame(cx) {
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
