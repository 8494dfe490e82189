//! One connection: hyper does the protocol, the clock says when it is over.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use axum::Router;
use axum::routing::future::RouteFuture;
use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use tower::Service;

use super::clients::Client;
use super::clock::{Busy, Clock, Late};
use super::exchange::Sent;
use super::handler::{Handling, handle};
use super::peer::Peer;
use super::protocol::Http;
use super::stop::{Phase, Stop};
use super::stream::Progress;
use super::traffic::Traffic;
use super::watched::Watched;
use crate::http_client::Gather;
use crate::settings::ServerLimits;
use crate::telemetry::{Metrics, Refusal};
use crate::value::BoxError;

/// How connections are served.
#[derive(Clone)]
pub(super) struct Serving {
    pub(super) http: Http,
    pub(super) answers: Answers,
    pub(super) limits: Arc<ServerLimits>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stop: Stop,
    /// From when on connections are asked to go.
    pub(super) until: Phase,
}

/// The part that answers the requests of a listener.
#[derive(Clone)]
pub(super) enum Answers {
    /// The APIs.
    Traffic(Arc<Traffic>),
    /// The requests of operators.
    Admin(Router),
}

impl Answers {
    fn answer(&self, peer: &Peer, client: &Arc<Client>, request: Request<Incoming>, busy: Busy) -> Answering {
        let by = match self {
            Answers::Admin(_) if busy.ambiguous().is_some() => Answerer::Ambiguous,
            Answers::Traffic(traffic) => Answerer::Traffic(handle(traffic, peer, client, request, &busy)),
            Answers::Admin(router) => Answerer::Admin(Box::pin(router.clone().call(request))),
        };
        Answering { by, busy: Some(busy) }
    }
}

/// How a connection ended.
enum End {
    Closed(Result<(), Box<dyn std::error::Error + Send + Sync>>),
    Late(Late),
    Cut,
}

/// Serves a connection to its end.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    serving: &Serving,
    stream: S,
    peer: Peer,
    clock: &Arc<Clock>,
    client: &Arc<Client>,
) {
    match watch(serving, stream, &peer, clock, client).await {
        End::Closed(Ok(())) | End::Cut | End::Late(Late::Idle | Late::Goodbye) => {}
        End::Closed(Err(error)) => {
            if let Some(reason) = refusal(&*error) {
                serving.metrics.refused(reason);
            }
            tracing::debug!(peer = %peer.client, %error, "connection failed");
        }
        End::Late(Late::Headers) => serving.metrics.refused(Refusal::HeaderTimeout),
        End::Late(Late::Reader) => serving.metrics.refused(Refusal::SlowReader),
        End::Late(Late::Cancels) => serving.metrics.refused(Refusal::Cancels),
    }
}

async fn watch<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    serving: &Serving,
    stream: S,
    peer: &Peer,
    clock: &Arc<Clock>,
    client: &Arc<Client>,
) -> End {
    let service = service_fn(|request: Request<Incoming>| {
        let busy = clock.begin(request.version());
        serving.answers.answer(peer, client, request, busy)
    });
    let io = Gather(TokioIo::new(Watched::new(stream, clock.clone())));
    let mut connection = pin!(serving.http.serve_connection(io, service));
    let (mut alarm, mut armed) = (pin!(sleep_until(clock.due().0)), false);
    let mut signal = pin!(serving.stop.clone().reached(serving.until));
    let (mut stop, mut listening) = (serving.stop.clone(), false);
    let (mut asked, mut told) = (false, false);
    let mut registered = None;
    poll_fn(|cx| {
        clock.tick();
        // What has been polled with this waker wakes it by itself, and need not be polled each time; what has been polled with
        // another one has to be polled again.
        if !registered.as_ref().is_some_and(|waker: &Waker| waker.will_wake(cx.waker())) {
            registered = Some(cx.waker().clone());
            (listening, armed) = (false, false);
        }
        // The connection first: a request that is there already is taken before any goodbye.
        if let Poll::Ready(result) = connection.as_mut().poll(cx) {
            return Poll::Ready(End::Closed(result));
        }
        if stop.has_news() || !std::mem::replace(&mut listening, true) {
            while signal.as_mut().poll(cx).is_ready() {
                if std::mem::replace(&mut asked, true) || serving.until == Phase::Cut {
                    return Poll::Ready(End::Cut);
                }
                signal.set(serving.stop.clone().reached(Phase::Cut));
            }
        }
        if asked && !told && clock.may_leave() {
            told = true;
            connection.as_mut().graceful_shutdown();
            cx.waker().wake_by_ref();
        }
        loop {
            let (due, late) = clock.due();
            if due < alarm.deadline() {
                alarm.as_mut().reset(due);
                armed = false;
            }
            if std::mem::replace(&mut armed, true) && !alarm.is_elapsed() {
                return Poll::Pending;
            }
            ready!(alarm.as_mut().poll(cx));
            armed = false;
            match late {
                Some(late) if due <= Instant::now() => {
                    if late != Late::Idle {
                        return Poll::Ready(End::Late(late));
                    }
                    // HTTP/2 clients are told which requests were taken; HTTP/1.1 connections just close.
                    clock.leave();
                    connection.as_mut().graceful_shutdown();
                    cx.waker().wake_by_ref();
                }
                _ => alarm.as_mut().reset(due),
            }
        }
    })
    .await
}

/// Requests that hyper refused without asking us. Everything else is the client going away.
fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    let error = error.downcast_ref::<hyper::Error>()?;
    match (error.is_parse_too_large(), error.is_parse()) {
        (true, _) => Some(Refusal::HeadersTooLarge),
        (false, true) => Some(Refusal::Malformed),
        _ => None,
    }
}

/// An answer that is being made.
struct Answering {
    by: Answerer,
    busy: Option<Busy>,
}

enum Answerer {
    Traffic(Handling),
    Admin(Pin<Box<RouteFuture<Infallible>>>),
    /// The request of an operator is ambiguous.
    Ambiguous,
}

impl Future for Answering {
    type Output = Result<Response<Held>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Answering { by, busy } = &mut *self;
        let answer = ready!(match by {
            Answerer::Traffic(handling) => handling.as_mut().poll(cx).map(|answer| Ok(answer.map(Answer::Traffic))),
            Answerer::Admin(answer) => answer.as_mut().poll(cx).map_ok(|answer| answer.map(Answer::Admin)),
            Answerer::Ambiguous => Poll::Ready(Ok(ambiguous())),
        })?;
        let mut busy = busy.take();
        if let Some(busy) = &mut busy {
            busy.answered();
        }
        let progress = Progress::current().inspect(|progress| progress.taken());
        Poll::Ready(Ok(answer.map(|body| Held { body, progress, _busy: busy })))
    }
}

fn ambiguous() -> Response<Answer> {
    let mut response = Response::new(Answer::Admin(axum::body::Body::empty()));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The service that answers a request.
enum Answer {
    Traffic(Sent),
    Admin(axum::body::Body),
}

/// A response body that keeps its connection busy until it has gone.
struct Held {
    body: Answer,
    /// Of an HTTP/2 stream, which ends where its client takes nothing.
    progress: Option<Arc<Progress>>,
    /// The request, which is over when this goes.
    _busy: Option<Busy>,
}

impl Body for Held {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match &mut self.body {
            Answer::Traffic(body) => Pin::new(body).poll_frame(cx),
            Answer::Admin(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        };
        if let Some(progress) = &self.progress {
            if frame.is_ready() { progress.taken() } else { progress.waits() }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Answer::Traffic(body) => body.is_end_stream(),
            Answer::Admin(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Answer::Traffic(body) => body.size_hint(),
            Answer::Admin(body) => body.size_hint(),
        }
    }
}
