//! A connection of HTTP/1.1 that whoever uses it drives. It has no task of its own, so a call does not go from one task to
//! another and back.

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
use tokio::sync::Notify;

use super::Gather;
use crate::value::BodyStream;

/// What a connection reads from and writes to.
type Io = MaybeHttpsStream<Gather<TokioIo<TcpStream>>>;

/// How often a connection goes on at once where reading one part made room for the next; then others have their turn.
const ROUNDS: usize = 8;

/// A connection and the end that takes requests.
pub(super) struct Connection {
    sender: SendRequest<BodyStream>,
    /// Gone when the connection is over.
    driver: Option<http1::Connection<Io, BodyStream>>,
    wakes: Arc<Wakes>,
    /// The waker of `wakes`.
    waker: Waker,
}

/// Where a wake of the connection goes.
struct Wakes {
    user: AtomicWaker,
    watcher: Arc<Notify>,
    place: AtomicU8,
}

/// Nobody uses the connection: whatever happens on it is for the watcher.
const IDLE: u8 = 0;
/// Its user waits for it.
const AWAITED: u8 = 1;
/// Its user is at it and will look for itself.
const HELD: u8 = 2;
/// The same, and something has happened meanwhile.
const STIRRED: u8 = 3;

// === impl Connection ===

impl Connection {
    /// Speaks HTTP/1.1 on a connection that stands. The watcher is told when something happens on it while nobody uses it.
    pub(super) async fn open(io: Io, watcher: Arc<Notify>) -> Result<Box<Self>, hyper::Error> {
        let (sender, driver) = Builder::new().handshake(io).await?;
        let wakes = Arc::new(Wakes { user: AtomicWaker::new(), watcher, place: AtomicU8::new(HELD) });
        let waker = Waker::from(wakes.clone());
        let mut connection = Box::new(Connection { sender, driver: Some(driver), wakes, waker });
        connection.turn();
        Ok(connection)
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &mut self,
        request: &mut Option<Request<BodyStream>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<BodyStream>>> {
        self.wakes.hold();
        let request = request.take().unwrap_or_else(|| Request::new(BodyStream::empty()));
        let mut answer = pin!(self.sender.try_send_request(request));
        let (driver, wakes, waker) = (&mut self.driver, &self.wakes, &self.waker);
        std::future::poll_fn(move |cx| drive(driver, wakes, waker, cx, |cx| answer.as_mut().poll(cx))).await
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

    /// Whether it can take a request. Until it is used, its wakes are for the watcher.
    pub(super) fn rest(&mut self) -> bool {
        // An answer that came whole leaves it ready as a rule.
        if !self.sender.is_ready() {
            self.turn();
        }
        self.wakes.place.store(IDLE, Ordering::Release);
        self.sender.is_ready()
    }

    /// Whether the peer has not ended it while nobody used it.
    pub(super) fn is_open(&mut self) -> bool {
        self.turn();
        self.driver.is_some() && self.sender.is_ready()
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
        if wakes.wait() {
            return Poll::Pending;
        }
    }
    cx.waker().wake_by_ref();
    Poll::Pending
}

// === impl Wakes ===

impl Wakes {
    fn hold(&self) {
        self.place.store(HELD, Ordering::Release);
    }

    /// From now on wakes are for the user, unless there was one already.
    fn wait(&self) -> bool {
        self.place.compare_exchange(HELD, AWAITED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let stir = |place: u8| (place == HELD).then_some(STIRRED);
        match self.place.fetch_update(Ordering::AcqRel, Ordering::Acquire, stir) {
            Err(IDLE) => self.watcher.notify_one(),
            Err(AWAITED) => self.user.wake(),
            // The user looks again by itself.
            _ => {}
        }
    }
}
