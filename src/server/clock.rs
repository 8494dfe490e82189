//! What a connection is doing, and how long it may go on doing it.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::framing::{Ambiguous, Framing};
use crate::settings::ServerLimits;

/// During a drain: how long a client that has just connected may take to begin its request.
const LAST_CALL: Duration = Duration::from_millis(500);

/// Requests that a client may give up, whatever the part of all. Past that, it may give up half of them.
const CANCELS: u32 = 200;

/// The clock of one connection. The socket and the requests tell it what happens.
#[derive(Debug)]
pub(super) struct Clock {
    header_timeout: Duration,
    idle_timeout: Duration,
    response_timeout: Duration,
    state: Mutex<ConnectionState>,
}

#[derive(Debug)]
struct ConnectionState {
    doing: Doing,
    /// When the connection's task began what it is doing. What is told from there need not ask the system again.
    now: Instant,
    /// Since when the client has not taken what waits for it.
    stalled: Option<Instant>,
    /// Since when the server is draining.
    last_call: Option<Instant>,
    http2: bool,
    begun: u32,
    /// What is ambiguous in the bytes of a request. Nothing is answered after that.
    ambiguous: Option<Ambiguous>,
    /// Requests that their client gave up before there was a response.
    cancelled: u32,
}

#[derive(Debug, Clone, Copy)]
enum Doing {
    /// Open, and silent so far.
    Fresh { since: Instant },
    /// Some of a request's headers are there.
    Head { since: Instant },
    /// Requests are being answered; the last one began then.
    Busy { requests: u32, since: Instant },
    /// Between two requests.
    Idle { since: Instant },
    /// Told to go after standing idle.
    Leaving { since: Instant },
}

/// What has taken too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    Headers,
    Idle,
    Reader,
    Goodbye,
    /// Its client gives up most of its requests.
    Cancels,
}

/// A request in flight on the connection, for as long as this lives.
#[derive(Debug)]
pub(super) struct Busy {
    clock: Arc<Clock>,
    http2: bool,
    answered: bool,
    /// When it began.
    pub(super) since: Instant,
}

/// A socket that tells the clock what goes through it.
#[derive(Debug)]
pub(super) struct Watched {
    stream: TcpStream,
    clock: Arc<Clock>,
    framing: Framing,
    first: First,
    /// A write has given way once since the last one that was done.
    gave_way: bool,
}

// === impl Clock ===

impl Clock {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        let now = Instant::now();
        let state = ConnectionState {
            doing: Doing::Fresh { since: now },
            now,
            stalled: None,
            last_call: None,
            http2: false,
            begun: 0,
            ambiguous: None,
            cancelled: 0,
        };
        let ServerLimits { header_timeout, idle_timeout, response_timeout, .. } = limits;
        Clock {
            header_timeout: header_timeout.0,
            idle_timeout: idle_timeout.0,
            response_timeout: response_timeout.0,
            state: Mutex::new(state),
        }
    }

    /// The connection's task begins to do something.
    pub(super) fn tick(&self) {
        let now = Instant::now();
        self.state().now = now;
    }

    /// When to look again, and what is then late. Only the connection's own task makes this earlier: the end of a
    /// request starts a time that is not shorter than what [`Doing::Busy`] asked for.
    pub(super) fn due(&self) -> (Instant, Option<Late>) {
        let state = self.state();
        if state.cancelled >= CANCELS && state.cancelled > state.begun / 2 {
            return (state.now, Some(Late::Cancels));
        }
        let (at, late) = match state.doing {
            Doing::Fresh { since } | Doing::Head { since } => (since + self.header_timeout, Some(Late::Headers)),
            Doing::Busy { .. } => (state.now + self.idle_timeout, None),
            // Nothing that follows ambiguous bytes is answered.
            Doing::Idle { .. } if state.ambiguous.is_some() => (state.now, Some(Late::Idle)),
            Doing::Idle { since } => (since + self.idle_timeout, Some(Late::Idle)),
            Doing::Leaving { since } => (since + self.header_timeout, Some(Late::Goodbye)),
        };
        if let (Doing::Fresh { .. }, Some(last_call)) = (state.doing, state.last_call) {
            return (at.min(last_call + LAST_CALL), Some(Late::Goodbye));
        }
        let stalled = state.stalled.map(|since| match state.doing {
            // A client that takes a little now and then has its time too.
            Doing::Busy { since: begun, .. } => (since + self.idle_timeout).min(begun + self.response_timeout),
            _ => since + self.idle_timeout,
        });
        match stalled {
            Some(stalled) if stalled < at => (stalled, Some(Late::Reader)),
            _ => (at, late),
        }
    }

    /// A request has begun.
    pub(super) fn begin(self: &Arc<Self>, version: http::Version) -> Busy {
        let mut state = self.state();
        let http2 = version == http::Version::HTTP_2;
        state.http2 = http2;
        let before = if let Doing::Busy { requests, .. } = state.doing { requests } else { 0 };
        state.doing = Doing::Busy { requests: before + 1, since: state.now };
        state.begun = state.begun.saturating_add(1);
        Busy { clock: self.clone(), http2, answered: false, since: state.now }
    }

    /// Since when the connection does nothing that anybody waits for; `None` where it answers a request.
    pub(super) fn quiet_since(&self) -> Option<Instant> {
        match self.state().doing {
            Doing::Busy { .. } => None,
            Doing::Fresh { since } | Doing::Head { since } | Doing::Idle { since } | Doing::Leaving { since } => {
                Some(since)
            }
        }
    }

    /// What is ambiguous in what has come.
    pub(super) fn ambiguous(&self) -> Option<Ambiguous> {
        self.state().ambiguous
    }

    /// The connection has been told to go.
    pub(super) fn leave(&self) {
        self.state().doing = Doing::Leaving { since: Instant::now() };
    }

    /// The server is draining. Whether this is the time to say goodbye: not while a request's beginning is there or may
    /// be on its way, because its client could not know whether it was taken.
    pub(super) fn may_leave(&self) -> bool {
        let mut state = self.state();
        state.last_call.get_or_insert_with(Instant::now);
        !matches!(state.doing, Doing::Fresh { .. } | Doing::Head { .. })
    }

    fn read(&self, ambiguous: Option<Ambiguous>) {
        let mut state = self.state();
        state.ambiguous = state.ambiguous.or(ambiguous);
        state.doing = match state.doing {
            Doing::Fresh { since } => Doing::Head { since },
            // What comes on an idle HTTP/2 connection may be a ping.
            Doing::Idle { .. } if !state.http2 => Doing::Head { since: state.now },
            other => other,
        };
    }

    fn wrote(&self, stalled: bool) {
        let mut state = self.state();
        if !stalled {
            state.stalled = None;
        } else if state.stalled.is_none() {
            state.stalled = Some(state.now);
        }
    }

    fn state(&self) -> MutexGuard<'_, ConnectionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Busy {
    /// What is ambiguous in what has come on its connection.
    pub(super) fn ambiguous(&self) -> Option<Ambiguous> {
        self.clock.ambiguous()
    }

    pub(super) fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// There is a response.
    pub(super) fn answered(&mut self) {
        self.answered = true;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.clock.state();
        if !self.answered {
            state.cancelled = state.cancelled.saturating_add(1);
        }
        state.doing = match state.doing {
            Doing::Busy { requests, since } if requests > 1 => Doing::Busy { requests: requests - 1, since },
            // With HTTP/1 it is the connection's task that ends it.
            _ => Doing::Idle { since: if self.http2 { Instant::now() } else { state.now } },
        };
    }
}

// === impl Watched ===

impl Watched {
    pub(super) fn new(stream: TcpStream, clock: Arc<Clock>) -> Self {
        Watched { stream, clock, framing: Framing::default(), first: First::ToCome, gave_way: false }
    }

    /// Writes at the second attempt. The first one wakes its task and returns, so that the tasks that are ready already run before:
    /// under load the writes of several connections then follow each other, and their reader wakes up once for all of them.
    /// Whatever the order in which tasks are woken, the second attempt comes, and it writes.
    fn write<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut TcpStream>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let Watched { stream, clock, gave_way, .. } = self;
        if !std::mem::replace(gave_way, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let result = poll(Pin::new(stream), cx);
        *gave_way = result.is_pending();
        clock.wrote(result.is_pending());
        result
    }
}

/// The first bytes of a connection. hyper looks at few of them by themselves, and a head can only be replaced as a whole.
#[derive(Debug)]
enum First {
    ToCome,
    /// What hyper has not taken yet.
    Rest(Vec<u8>),
    Taken,
}

/// Most requests fit. Of a longer one that cannot be read, hyper answers the rest.
const FIRST_READ: usize = 4096;

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.first {
            First::Taken => self.read(cx, buffer),
            First::Rest(rest) => {
                give(rest, buffer);
                if rest.is_empty() {
                    self.first = First::Taken;
                }
                Poll::Ready(Ok(()))
            }
            First::ToCome => {
                let mut space = [MaybeUninit::uninit(); FIRST_READ];
                let mut first = ReadBuf::uninit(&mut space);
                ready!(self.read(cx, &mut first))?;
                let mut rest = first.filled().to_vec();
                give(&mut rest, buffer);
                self.first = if rest.is_empty() { First::Taken } else { First::Rest(rest) };
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl Watched {
    fn read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            let Watched { framing, clock, .. } = self;
            let found = framing.read(&buffer.filled()[before..]).err();
            clock.read(found.map(|found| found.what));
            if let Some(at) = found.and_then(|found| found.unreadable_at) {
                replace(buffer, before + at);
            }
        }
        result
    }
}

/// Moves as much as there is room for.
fn give(rest: &mut Vec<u8>, buffer: &mut ReadBuf<'_>) {
    let taken = rest.len().min(buffer.remaining());
    buffer.put_slice(&rest[..taken]);
    rest.drain(..taken);
}

/// What hyper reads in the place of a head that it would refuse by itself, without an error document and a line in the log.
/// Since the connection is marked, this is answered with why the real one is refused.
const UNREADABLE: &[u8] = b"GET /(unreadable) HTTP/1.1\r\nhost: unreadable\r\nconnection: close\r\n\r\n";

fn replace(buffer: &mut ReadBuf<'_>, at: usize) {
    if buffer.capacity() - at >= UNREADABLE.len() {
        buffer.set_filled(at);
        buffer.put_slice(UNREADABLE);
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, |stream, cx| stream.poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn what_is_written_lets_others_go_first_once() {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(socket.local_addr().unwrap()).await.unwrap();
        let (stream, _) = socket.accept().await.unwrap();
        let mut server = Watched::new(stream, Arc::new(Clock::new(&ServerLimits::default())));
        for _ in 0..2 {
            let mut polled = 0;
            let written = poll_fn(|cx| {
                polled += 1;
                Pin::new(&mut server).poll_write(cx, b"answer")
            });
            assert_eq!((written.await.unwrap(), polled), (6, 2));
            client.read_exact(&mut [0; 6]).await.unwrap();
        }
    }

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Polled by one task and then by another, as `select` and task migration may do.
    #[tokio::test]
    async fn a_poll_wakes_the_waker_that_it_was_given() {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(socket.local_addr().unwrap()).await.unwrap();
        let (stream, _) = socket.accept().await.unwrap();
        let mut server = Watched::new(stream, Arc::new(Clock::new(&ServerLimits::default())));
        let (first, last) = (Arc::new(Count::default()), Arc::new(Count::default()));
        let woken = |count: &Count| count.0.load(Ordering::Relaxed);
        let mut room = [0; 8];
        for count in [&first, &last] {
            let waker = Waker::from(count.clone());
            let polled =
                Pin::new(&mut server).poll_read(&mut Context::from_waker(&waker), &mut ReadBuf::new(&mut room));
            assert!(polled.is_pending());
        }
        client.write_all(b"request").await.unwrap();
        for _ in 0..1000 {
            if woken(&last) > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!((woken(&first), woken(&last) > 0), (0, true));
        let waker = Waker::from(first.clone());
        assert!(Pin::new(&mut server).poll_write(&mut Context::from_waker(&waker), b"x").is_pending());
        assert_eq!(woken(&first), 1);
    }
}
