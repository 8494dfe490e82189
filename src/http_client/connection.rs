//! An HTTP/1.1 connection that is polled by the request that uses it. It has no task of its own, so a call does not go from
//! one task to another and back.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, Builder, SendRequest};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::Gather;
use crate::value::BodyStream;

/// The socket of a connection.
type Io = MaybeHttpsStream<Gather<TokioIo<TcpStream>>>;

/// Bytes of an answer that are read ahead, and the largest head of one. hyper reads up to 400 KB by itself, which is much if clients
/// do not read what is relayed to them.
pub(super) const BUFFER: usize = 64 * 1024;

/// How often a connection is polled in a row if reading one part made room for the next; then other tasks run.
const ROUNDS: usize = 8;

/// A connection and the end that takes requests.
pub(super) struct Connection {
    pub(super) opened: Instant,
    sender: SendRequest<BodyStream>,
    /// Gone when the connection is over.
    driver: Option<http1::Connection<Io, BodyStream>>,
    wakes: Arc<Wakes>,
    /// The waker of `wakes`.
    waker: Waker,
}

/// Called when there is an event on a connection that no request uses.
pub(super) type Watcher = Box<dyn Fn() + Send + Sync>;

/// The receivers of a connection's wake-ups.
struct Wakes {
    user: AtomicWaker,
    watcher: Watcher,
    state: AtomicU8,
}

/// No request uses the connection: the first wake-up is for the watcher.
const IDLE: u8 = 0;
/// A request waits for it.
const AWAITED: u8 = 1;
/// A request polls it now and will see the event.
const IN_USE: u8 = 2;
/// The same, and there was an event meanwhile.
const WOKEN_IN_USE: u8 = 3;
/// No request uses the connection, and the watcher has been told of an event.
const REPORTED: u8 = 4;

// === impl Connection ===

impl Connection {
    /// Starts HTTP/1.1 on an open connection. The watcher is told of events while no request uses it.
    pub(super) async fn open(io: Io, watcher: Watcher) -> Result<Box<Self>, hyper::Error> {
        let (sender, driver) = Builder::new().max_buf_size(BUFFER).handshake(io).await?;
        let wakes = Arc::new(Wakes { user: AtomicWaker::new(), watcher, state: AtomicU8::new(IN_USE) });
        let waker = Waker::from(wakes.clone());
        let mut connection =
            Box::new(Connection { opened: Instant::now(), sender, driver: Some(driver), wakes, waker });
        connection.turn();
        Ok(connection)
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// Not `async`: the future would keep a copy of the request, which is large.
    pub(super) fn send(
        &mut self,
        request: Request<BodyStream>,
    ) -> impl Future<Output = Result<Response<Incoming>, TrySendError<Request<BodyStream>>>> {
        self.wakes.hold();
        let answer = self.sender.try_send_request(request);
        let (driver, wakes, waker) = (&mut self.driver, &self.wakes, &self.waker);
        async move {
            let mut answer = pin!(answer);
            std::future::poll_fn(move |cx| drive(driver, wakes, waker, cx, |cx| answer.as_mut().poll(cx))).await
        }
    }

    /// Polls a part of an answer, and the connection for as long as that is not there.
    pub(super) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut part: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.wakes.hold();
        match part(&mut Context::from_waker(&self.waker)) {
            Poll::Ready(part) => Poll::Ready(part),
            Poll::Pending => drive(&mut self.driver, &self.wakes, &self.waker, cx, part),
        }
    }

    /// Ends its use by a request; says whether it can take another one. From now on its wake-ups are for the watcher. Events since it was
    /// polled last are not reported: the next request sees them, or its idle time is over.
    pub(super) fn release(&mut self) -> bool {
        // An answer that came whole leaves it ready as a rule.
        if !self.sender.is_ready() {
            self.turn();
        }
        self.wakes.state.store(IDLE, Ordering::Release);
        self.sender.is_ready()
    }

    /// Whether the peer has not ended it while no request used it.
    pub(super) fn is_open(&mut self) -> bool {
        self.wakes.hold();
        self.turn();
        self.driver.is_some() && self.sender.is_ready()
    }

    /// After [`Connection::is_open`]: wake-ups are for the watcher again, unless there was one meanwhile.
    pub(super) fn arm_watcher(&mut self) -> bool {
        self.wakes.becomes(IDLE)
    }

    fn turn(&mut self) {
        turn(&mut self.driver, &self.waker);
    }
}

/// Lets the connection read and write what it can.
fn turn(driver: &mut Option<http1::Connection<Io, BodyStream>>, waker: &Waker) {
    if let Some(connection) = driver
        && let Poll::Ready(ended) = Pin::new(connection).poll(&mut Context::from_waker(waker))
    {
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection to a service ended");
        }
        // Dropped, it tells its answer and its body so.
        *driver = None;
    }
}

fn drive<T>(
    driver: &mut Option<http1::Connection<Io, BodyStream>>,
    wakes: &Wakes,
    waker: &Waker,
    cx: &mut Context<'_>,
    mut part: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    wakes.user.register(cx.waker());
    for _ in 0..ROUNDS {
        wakes.hold();
        turn(driver, waker);
        if let Poll::Ready(part) = part(&mut Context::from_waker(waker)) {
            return Poll::Ready(part);
        }
        if wakes.becomes(AWAITED) {
            return Poll::Pending;
        }
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

// === impl Wakes ===

impl Wakes {
    fn hold(&self) {
        self.state.store(IN_USE, Ordering::Release);
    }

    /// From now on wake-ups go there, unless there was one already.
    fn becomes(&self, place: u8) -> bool {
        self.state.compare_exchange(IN_USE, place, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let noted = |place: u8| match place {
            IN_USE => Some(WOKEN_IN_USE),
            IDLE => Some(REPORTED),
            _ => None,
        };
        match self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, noted) {
            Ok(IDLE) => (self.watcher)(),
            Err(AWAITED) => self.user.wake(),
            // The user looks again by itself.
            _ => {}
        }
    }
}
