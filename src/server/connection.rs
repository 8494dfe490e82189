//! One connection: hyper does the protocol, the clock says when it is over.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tower::Service;

use super::clock::{Busy, Clock, Late, Watched};
use super::handler::{Traffic, handle};
use super::protocol::Http;
use super::stop::{Phase, Stop};
use crate::settings::Limits;
use crate::telemetry::{Metrics, Refusal};

/// Who is at the other end, and where on this side they arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr, pub(super) SocketAddr);

/// How connections are served.
#[derive(Clone)]
pub(super) struct Serving {
    pub(super) http: Http,
    pub(super) answers: Answers,
    pub(super) limits: Arc<Limits>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) stop: Stop,
    /// From when on connections are asked to go.
    pub(super) until: Phase,
}

/// Who answers the requests of a listener.
#[derive(Clone)]
pub(super) enum Answers {
    /// The APIs.
    Traffic(Arc<Traffic>),
    /// What operators ask.
    Admin(Router),
}

impl Answers {
    async fn answer(self, peer: Peer, request: Request<Incoming>) -> Response<Body> {
        match self {
            Answers::Traffic(traffic) => handle(&traffic, peer, request).await,
            Answers::Admin(mut router) => match router.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        }
    }
}

/// How a connection ended.
enum End {
    Closed(Result<(), Box<dyn std::error::Error + Send + Sync>>),
    Late(Late),
    Cut,
}

/// Serves a connection to its end.
pub(super) async fn run(serving: &Serving, stream: TcpStream, peer: SocketAddr) {
    // Small responses go out at once; this only fails on a socket that is closed already.
    drop(stream.set_nodelay(true));
    let clock = Arc::new(Clock::new(&serving.limits));
    match watch(serving, stream, peer, &clock).await {
        End::Closed(Ok(())) | End::Cut | End::Late(Late::Idle | Late::Goodbye) => {}
        End::Closed(Err(error)) => {
            if let Some(reason) = refusal(&*error) {
                serving.metrics.refused(reason);
            }
            tracing::debug!(%peer, %error, "connection failed");
        }
        End::Late(Late::Headers) => serving.metrics.refused(Refusal::HeaderTimeout),
        End::Late(Late::Reader) => serving.metrics.refused(Refusal::SlowReader),
    }
}

async fn watch(serving: &Serving, stream: TcpStream, peer: SocketAddr, clock: &Arc<Clock>) -> End {
    // A socket that is closed already has no address; nobody will read it.
    let local = stream.local_addr().unwrap_or_else(|_| (std::net::Ipv4Addr::UNSPECIFIED, 0).into());
    let service = service_fn(|request: Request<Incoming>| {
        let busy = clock.begin(request.version());
        let response = serving.answers.clone().answer(Peer(peer, local), request);
        async move { Ok::<_, Infallible>(response.await.map(|body| Held { body, _busy: busy })) }
    });
    let io = TokioIo::new(Watched { stream, clock: clock.clone() });
    let mut connection = pin!(serving.http.serve_connection(io, service));
    let mut alarm = pin!(sleep_until(clock.due().0));
    let mut signal = pin!(serving.stop.clone().reached(serving.until));
    let (mut asked, mut told) = (false, false);
    poll_fn(|cx| {
        // The connection first: a request that is there already is taken before any goodbye.
        if let Poll::Ready(result) = connection.as_mut().poll(cx) {
            return Poll::Ready(End::Closed(result));
        }
        while signal.as_mut().poll(cx).is_ready() {
            if std::mem::replace(&mut asked, true) || serving.until == Phase::Cut {
                return Poll::Ready(End::Cut);
            }
            signal.set(serving.stop.clone().reached(Phase::Cut));
        }
        if asked && !told && clock.may_leave() {
            told = true;
            connection.as_mut().graceful_shutdown();
            cx.waker().wake_by_ref();
        }
        loop {
            let (due, _) = clock.due();
            if due < alarm.deadline() {
                alarm.as_mut().reset(due);
            }
            ready!(alarm.as_mut().poll(cx));
            match clock.due() {
                (due, Some(late)) if due <= Instant::now() => {
                    if late != Late::Idle {
                        return Poll::Ready(End::Late(late));
                    }
                    // HTTP/2 clients are told which requests were taken; HTTP/1.1 connections just close.
                    clock.leave();
                    connection.as_mut().graceful_shutdown();
                    cx.waker().wake_by_ref();
                }
                (due, _) => alarm.as_mut().reset(due),
            }
        }
    })
    .await
}

/// What hyper refused without asking us. Everything else is the client going away.
fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    let error = error.downcast_ref::<hyper::Error>()?;
    match (error.is_parse_too_large(), error.is_parse()) {
        (true, _) => Some(Refusal::HeadersTooLarge),
        (false, true) => Some(Refusal::Malformed),
        _ => None,
    }
}

/// A response body that keeps its connection busy until it has gone.
struct Held<B> {
    body: B,
    _busy: Busy,
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for Held<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
