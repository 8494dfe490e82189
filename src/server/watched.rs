//! The socket of a connection, or a pipe within the process: what goes through it is timed and looked at.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::clock::Clock;
use super::framing::Framing;

/// A socket that tells the clock what goes through it.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    clock: Arc<Clock>,
    framing: Framing,
    first: First,
    /// A write has given way once since the last one that was done.
    gave_way: bool,
    /// Bytes that TLS has taken wait for the client.
    is_held: bool,
}

impl<S: AsyncWrite + Unpin> Watched<S> {
    pub(super) fn new(stream: S, clock: Arc<Clock>) -> Self {
        Watched { stream, clock, framing: Framing::default(), first: First::ToCome, gave_way: false, is_held: false }
    }

    /// Writes at the second attempt. The first one wakes its task and returns, so that the tasks that are ready already run before:
    /// under load the writes of several connections then follow each other, and their reader wakes up once for all of them.
    /// Whatever the order in which tasks are woken, the second attempt comes, and it writes.
    fn write<T>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
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
    /// Bytes that hyper has not taken yet.
    Rest(Vec<u8>),
    Taken,
}

/// Most requests fit. Of a longer one that cannot be read, hyper answers the rest.
const FIRST_READ: usize = 4096;

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
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

impl<S: AsyncRead + Unpin> Watched<S> {
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

/// The head that hyper reads in the place of one that it would refuse by itself, without an error document and a line in the log.
/// Since the connection is marked, this is answered with why the real one is refused.
const UNREADABLE: &[u8] = b"GET /(unreadable) HTTP/1.1\r\nhost: unreadable\r\nconnection: close\r\n\r\n";

fn replace(buffer: &mut ReadBuf<'_>, at: usize) {
    if buffer.capacity() - at >= UNREADABLE.len() {
        buffer.set_filled(at);
        buffer.put_slice(UNREADABLE);
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
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
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        if result.is_pending() || self.is_held {
            self.is_held = result.is_pending();
            self.clock.wrote(self.is_held);
        }
        result
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
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::settings::ServerLimits;

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
