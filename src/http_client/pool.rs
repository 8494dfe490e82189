//! Kept connections of HTTP/1.1: one request at a time on each, the one that was used last first.
//!
//! hyper-util's client does the same for every protocol and for twice the work; it stays for the others.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Response, Uri};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::Instant;
use tower::Service;

use super::connection::Connection;
use super::connector::Connector;
use super::idle::{ConnectionId, Due, IdleList, Work};
use super::{Call, PoolOptions, SendError};

/// Origins that are remembered without a look at which of them have connections: a request may name its host.
const MANY: usize = 256;

/// The kept connections.
pub(super) struct Pool {
    connector: Connector,
    origins: Mutex<Origins>,
    /// For the task that closes unused connections. There is one at most.
    due: Arc<Due<Origin>>,
    /// The number of the next connection.
    next_id: AtomicU64,
    idle_timeout: Duration,
    lifetime: Option<Duration>,
    most: usize,
}

#[derive(Default)]
struct Origins {
    all: HashMap<(Scheme, Authority), Arc<Origin>>,
    /// The one that was asked for last. Most clients know one only, and need not look for it.
    last: Option<Arc<Origin>>,
}

/// The origin to which connections lead.
struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// Its root.
    uri: Uri,
    /// The `Host` of its requests.
    host: HeaderValue,
    idle: IdleList<Box<Connection>>,
    /// There is a deadline for it.
    has_deadline: AtomicBool,
}

/// The body of an answer. Read to its end, it gives its connection back.
pub struct ResponseBody {
    body: Content,
    lease: Option<Lease>,
}

enum Content {
    Incoming(Incoming),
    /// From a stand-in.
    Whole(Bytes),
}

/// A connection in use.
struct Lease {
    pool: Arc<Pool>,
    origin: Arc<Origin>,
    id: ConnectionId,
    connection: Box<Connection>,
}

// === impl Pool ===

impl Pool {
    pub(super) fn new(connector: Connector, options: &PoolOptions) -> Arc<Self> {
        let (origins, due, next_id) = (Mutex::default(), Arc::new(Due::new()), AtomicU64::new(0));
        let PoolOptions { idle_timeout, lifetime, max_idle_per_host: most, .. } = *options;
        Arc::new(Pool { connector, origins, due, next_id, idle_timeout, lifetime, most })
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(self: &Arc<Self>, call: &mut Call) -> Result<Response<ResponseBody>, SendError> {
        let origin = self.address(call)?;
        loop {
            // Whether it is still good shows when it is used.
            let kept = origin.idle.take(self.idle_timeout);
            if kept.as_ref().is_some_and(|(_, connection)| self.is_too_old(connection)) {
                continue;
            }
            let is_kept = kept.is_some();
            let (id, mut connection) = match kept {
                Some(connection) => connection,
                // Rare, and its future is large.
                None => Box::pin(self.connect(&origin)).await?,
            };
            let request = call.take()?;
            call.may_be_sent = true;
            match connection.send(request).await {
                Ok(answer) => {
                    let lease = Lease { pool: self.clone(), origin, id, connection };
                    return Ok(answer.map(|body| ResponseBody::leased(body, lease)));
                }
                Err(mut error) => match error.take_message() {
                    // A kept connection had died. The request came back whole: nothing of it was sent, so nothing can run twice.
                    Some(whole) if is_kept => {
                        call.may_be_sent = false;
                        call.request = Some(whole);
                    }
                    message => return Err(SendError::from_hyper(error.into_error(), message.is_none())),
                },
            }
        }
    }

    /// The origin of a request. From here on the request names it in its `Host`, and has only the path in its target.
    fn address(&self, call: &mut Call) -> Result<Arc<Origin>, SendError> {
        let request = call.request.as_mut().ok_or_else(SendError::no_url)?;
        let parts = std::mem::take(request.uri_mut()).into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(SendError::no_url());
        };
        let origin = lock(&self.origins).find(scheme, authority).ok_or_else(SendError::no_url)?;
        if !request.headers().contains_key(HOST) {
            request.headers_mut().insert(HOST, origin.host.clone());
        }
        *request.uri_mut() = parts.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")).into();
        Ok(origin)
    }

    async fn connect(&self, origin: &Arc<Origin>) -> Result<(ConnectionId, Box<Connection>), SendError> {
        let mut connector = self.connector.clone();
        let connected = connector.call(origin.uri.clone()).await.map_err(SendError::from_connect)?;
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (due, place) = (self.due.clone(), Arc::downgrade(origin));
        let opened = Connection::open(connected, Box::new(move || due.woken(place.clone(), id))).await;
        Ok((id, opened.map_err(|error| SendError::from_hyper(error, false))?))
    }

    /// Whether it has been in use for as long as it may.
    fn is_too_old(&self, connection: &Connection) -> bool {
        self.lifetime.is_some_and(|lifetime| connection.opened.elapsed() >= lifetime)
    }

    fn put(self: &Arc<Self>, origin: &Arc<Origin>, id: ConnectionId, mut connection: Box<Connection>) {
        // One that the list has no room for is closed.
        if !self.is_too_old(&connection) && connection.release() && origin.idle.put(id, connection, self.most).is_ok() {
            self.set_deadline(origin, Instant::now() + self.idle_timeout);
        }
    }

    /// Has an origin looked at then, unless it has a deadline already: that is of an older connection.
    fn set_deadline(self: &Arc<Self>, origin: &Arc<Origin>, deadline: Instant) {
        if !origin.has_deadline.swap(true, Ordering::AcqRel) && self.due.at(deadline, Arc::downgrade(origin)) {
            self.watch();
        }
    }

    /// Closes connections whose time is up, and those that their peers have closed, for as long as there are some.
    fn watch(self: &Arc<Self>) {
        let (pool, due) = (Arc::downgrade(self), self.due.clone());
        tokio::spawn(async move {
            loop {
                let Work { expired, woken, next } = due.work();
                if expired.is_empty() && woken.is_empty() {
                    let Some(next) = next else { return };
                    due.wait(next).await;
                    continue;
                }
                let Some(pool) = pool.upgrade() else { return };
                for origin in expired.iter().filter_map(Weak::upgrade) {
                    pool.expire(&origin);
                }
                for (origin, id) in woken.iter().filter_map(|(origin, id)| Some((origin.upgrade()?, *id))) {
                    check(&origin.idle, id, pool.most);
                }
            }
        });
    }

    /// Closes the connections of an origin whose time is up.
    fn expire(self: &Arc<Self>, origin: &Arc<Origin>) {
        let (expired, oldest) = origin.idle.take_expired(self.idle_timeout);
        drop(expired);
        origin.has_deadline.store(oldest.is_some(), Ordering::Release);
        match oldest {
            Some(oldest) => {
                // The task is running: it is what calls this.
                let _ = self.due.at(oldest + self.idle_timeout, Arc::downgrade(origin));
            }
            // One that came back meanwhile took the old deadline for its own.
            None if !origin.idle.is_empty() => self.set_deadline(origin, Instant::now() + self.idle_timeout),
            None => lock(&self.origins).forget(origin),
        }
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        lock(&self.origins).all.values().map(|origin| origin.idle.len()).sum()
    }
}

/// The checks that the pool's task makes on a connection.
trait Checked {
    /// Whether the peer has not closed it. Reads and writes.
    fn is_open(&mut self) -> bool;
    /// Has its wake-ups reported again. False where something has happened since it was polled.
    fn arm_watcher(&mut self) -> bool;
}

impl Checked for Box<Connection> {
    fn is_open(&mut self) -> bool {
        self.as_mut().is_open()
    }

    fn arm_watcher(&mut self) -> bool {
        self.as_mut().arm_watcher()
    }
}

/// How often a connection is polled that does not come to rest.
const CHECKS: usize = 8;

/// Polls an unused connection on which something has happened, out of its list. One that is over, or does not come to rest, is closed.
fn check<C: Checked>(list: &IdleList<C>, id: ConnectionId, most: usize) {
    let Some(mut idle) = list.take_by_id(id) else { return };
    for _ in 0..CHECKS {
        if !idle.connection.is_open() {
            return;
        }
        if idle.connection.arm_watcher() {
            drop(list.put_again(idle, most));
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// === impl Origin ===

impl Origins {
    /// The origin of a URL. None where its host cannot stand in a header.
    fn find(&mut self, scheme: Scheme, authority: Authority) -> Option<Arc<Origin>> {
        if let Some(last) = self.last.as_ref().filter(|last| last.scheme == scheme && last.authority == authority) {
            return Some(last.clone());
        }
        let origin = match self.all.get(&(scheme.clone(), authority.clone())) {
            Some(origin) => origin.clone(),
            None => {
                if self.all.len() >= MANY {
                    self.all.retain(|_, origin| Arc::strong_count(origin) > 1 || !origin.idle.is_empty());
                }
                let origin = Arc::new(Origin::new(scheme.clone(), authority.clone())?);
                self.all.insert((scheme, authority), origin.clone());
                origin
            }
        };
        self.last = Some(origin.clone());
        Some(origin)
    }

    /// Forgets an origin without connections. One that a request has comes back with the next one.
    fn forget(&mut self, origin: &Arc<Origin>) {
        if self.last.as_ref().is_some_and(|last| Arc::ptr_eq(last, origin)) {
            self.last = None;
        }
        // This map's and the caller's.
        if Arc::strong_count(origin) <= 2 && origin.idle.is_empty() {
            self.all.remove(&(origin.scheme.clone(), origin.authority.clone()));
        }
    }
}

impl Origin {
    fn new(scheme: Scheme, authority: Authority) -> Option<Self> {
        let uri =
            Uri::builder().scheme(scheme.clone()).authority(authority.clone()).path_and_query("/").build().ok()?;
        let host = HeaderValue::from_str(host(&uri)?).ok()?;
        let (idle, has_deadline) = (IdleList::new(), AtomicBool::new(false));
        Some(Origin { scheme, authority, uri, host, idle, has_deadline })
    }
}

/// The value of `Host` for a URL: its host, without the scheme's own port.
pub fn host(uri: &Uri) -> Option<&str> {
    match (uri.scheme_str(), uri.port_u16()) {
        (Some("http"), Some(80)) | (Some("https"), Some(443)) => uri.host(),
        _ => uri.authority().map(Authority::as_str),
    }
}

// === impl ResponseBody ===

impl ResponseBody {
    /// A body whose connection is somebody else's to keep.
    pub(super) fn plain(body: Incoming) -> Self {
        ResponseBody { body: Content::Incoming(body), lease: None }
    }

    /// A body that is there already.
    pub(super) fn whole(body: Bytes) -> Self {
        ResponseBody { body: Content::Whole(body), lease: None }
    }

    fn leased(body: Incoming, lease: Lease) -> Self {
        let mut leased = ResponseBody { body: Content::Incoming(body), lease: Some(lease) };
        leased.give_back_at_the_end();
        leased
    }

    fn give_back_at_the_end(&mut self) {
        if self.is_end_stream() {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        if let Some(Lease { pool, origin, id, connection }) = self.lease.take() {
            pool.put(&origin, id, connection);
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseBody")
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let ResponseBody { body, lease } = &mut *self;
        let body = match body {
            Content::Incoming(body) => body,
            Content::Whole(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Content::Whole(bytes) => return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
        };
        let frame = ready!(match lease {
            Some(lease) => lease.connection.poll(cx, |cx| Pin::new(&mut *body).poll_frame(cx)),
            None => Pin::new(body).poll_frame(cx),
        });
        match &frame {
            Some(Ok(_)) => self.give_back_at_the_end(),
            // A connection that broke is no use.
            Some(Err(_)) => self.lease = None,
            None => self.give_back(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Content::Incoming(body) => body.is_end_stream(),
            Content::Whole(bytes) => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Content::Incoming(body) => body.size_hint(),
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection that asks, while it is polled, whether a request could take another one from the list.
    struct Polled {
        list: Arc<IdleList<Polled>>,
        answers: &'static [(bool, bool)],
    }

    impl Checked for Polled {
        fn is_open(&mut self) -> bool {
            let (other, room) = (self.list.clone(), std::sync::mpsc::channel());
            let (told, asked) = room;
            std::thread::spawn(move || told.send(other.len()));
            let patience = Duration::from_secs(10);
            assert_eq!(asked.recv_timeout(patience), Ok(1), "the list is locked, or has the connection that is polled");
            self.answers[0].0
        }

        fn arm_watcher(&mut self) -> bool {
            let (_, rests) = self.answers[0];
            self.answers = &self.answers[1..];
            rests
        }
    }

    #[test]
    fn a_connection_is_polled_without_the_lock_of_its_list() {
        let cases: [(&'static [(bool, bool)], usize); 4] = [
            (&[(true, true)], 2),
            (&[(true, false), (true, true)], 2),
            (&[(true, false), (false, true)], 1),
            (&[(false, true)], 1),
        ];
        for (answers, left) in cases {
            let list = Arc::new(IdleList::new());
            for (id, answers) in [(1, answers), (2, &[][..])] {
                assert!(list.put(id, Polled { list: list.clone(), answers }, 2).is_ok());
            }
            check(&list, 1, 2);
            assert_eq!(list.len(), left);
        }
    }
}
