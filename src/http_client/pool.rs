//! Kept connections of HTTP/1.1: one request at a time on each, the one that was used last first.
//!
//! hyper-util's client does the same for every protocol and for twice the work; it stays for the others.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Response, Uri};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio::time::Instant;
use tower::Service;

use super::connection::Connection;
use super::connector::Connector;
use super::{Call, SendError};

/// Origins that are remembered without a look at which of them have connections: a request may name its host.
const MANY: usize = 256;

/// The kept connections.
pub(super) struct Pool {
    connector: Connector,
    origins: Mutex<Origins>,
    /// Told when something happens on a connection that nobody uses.
    watcher: Arc<Notify>,
    /// A task will close connections in time. There is one, however often the last connection comes and goes.
    watched: AtomicBool,
    idle_timeout: Duration,
    most: usize,
}

#[derive(Default)]
struct Origins {
    all: HashMap<(Scheme, Authority), Arc<Origin>>,
    /// The one that was asked for last. Most clients know one only, and need not look for it.
    last: Option<Arc<Origin>>,
}

/// Where connections lead.
struct Origin {
    scheme: Scheme,
    authority: Authority,
    /// Its root.
    uri: Uri,
    /// What requests say of it.
    host: HeaderValue,
    idle: Mutex<Vec<Idle>>,
}

/// A connection that nobody uses.
struct Idle {
    connection: Box<Connection>,
    since: Instant,
}

/// The body of an answer. Read to its end, it gives its connection back.
pub struct ResponseBody {
    body: Incoming,
    lease: Option<Lease>,
}

/// A connection in use.
struct Lease {
    pool: Arc<Pool>,
    origin: Arc<Origin>,
    connection: Box<Connection>,
}

// === impl Pool ===

impl Pool {
    pub(super) fn new(connector: Connector, idle_timeout: Duration, most: usize) -> Arc<Self> {
        let (origins, watcher, watched) = (Mutex::default(), Arc::default(), AtomicBool::new(false));
        Arc::new(Pool { connector, origins, watcher, watched, idle_timeout, most })
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(self: &Arc<Self>, call: &mut Call) -> Result<Response<ResponseBody>, SendError> {
        let origin = self.address(call)?;
        loop {
            let kept = origin.take(self.idle_timeout);
            let is_kept = kept.is_some();
            let mut connection = match kept {
                Some(connection) => connection,
                // Rare, and its future is large.
                None => Box::pin(self.connect(&origin)).await?,
            };
            call.may_be_sent = true;
            match connection.send(&mut call.request).await {
                Ok(answer) => {
                    let lease = Lease { pool: self.clone(), origin, connection };
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

    /// Where a request goes. It says so in its `Host` from here on, and in its target only the path.
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

    async fn connect(&self, origin: &Origin) -> Result<Box<Connection>, SendError> {
        let mut connector = self.connector.clone();
        let connected = connector.call(origin.uri.clone()).await.map_err(SendError::from_connect)?;
        let opened = Connection::open(connected, self.watcher.clone()).await;
        opened.map_err(|error| SendError::from_hyper(error, false))
    }

    fn put(self: &Arc<Self>, origin: &Origin, mut connection: Box<Connection>) {
        if !connection.rest() {
            return;
        }
        let mut idle = lock(&origin.idle);
        if idle.len() < self.most {
            idle.push(Idle { connection, since: Instant::now() });
        }
        drop(idle);
        if !self.watched.swap(true, Ordering::AcqRel) {
            self.watch();
        }
    }

    /// Closes connections that nobody wants any more, or that their peers have closed, for as long as there are some.
    fn watch(self: &Arc<Self>) {
        let (pool, watcher, pause) = (Arc::downgrade(self), self.watcher.clone(), self.idle_timeout);
        tokio::spawn(async move {
            loop {
                // Either way it is time to look.
                drop(tokio::time::timeout(pause, watcher.notified()).await);
                let Some(pool) = pool.upgrade() else { return };
                if pool.sweep() {
                    continue;
                }
                pool.watched.store(false, Ordering::Release);
                // One that came in between thought itself watched.
                if !pool.sweep() || pool.watched.swap(true, Ordering::AcqRel) {
                    return;
                }
            }
        });
    }

    /// Whether there are connections left.
    fn sweep(&self) -> bool {
        let mut origins = lock(&self.origins);
        let mut left = false;
        origins.all.retain(|_, origin| {
            let mut idle = lock(&origin.idle);
            idle.retain_mut(|one| one.since.elapsed() < self.idle_timeout && one.connection.is_open());
            left |= !idle.is_empty();
            // One that is in use comes back to it.
            !idle.is_empty() || Arc::strong_count(origin) > 1
        });
        if !left {
            origins.last = None;
        }
        left
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        lock(&self.origins).all.values().map(|origin| lock(&origin.idle).len()).sum()
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
                    self.all.retain(|_, origin| Arc::strong_count(origin) > 1 || !lock(&origin.idle).is_empty());
                }
                let origin = Arc::new(Origin::new(scheme.clone(), authority.clone())?);
                self.all.insert((scheme, authority), origin.clone());
                origin
            }
        };
        self.last = Some(origin.clone());
        Some(origin)
    }
}

impl Origin {
    fn new(scheme: Scheme, authority: Authority) -> Option<Self> {
        let uri =
            Uri::builder().scheme(scheme.clone()).authority(authority.clone()).path_and_query("/").build().ok()?;
        let host = HeaderValue::from_str(host(&uri)?).ok()?;
        Some(Origin { scheme, authority, uri, host, idle: Mutex::default() })
    }

    /// The connection that was used last. Whether it is still good shows when it is used.
    fn take(&self, idle_timeout: Duration) -> Option<Box<Connection>> {
        let mut idle = lock(&self.idle);
        let Idle { connection, since } = idle.pop()?;
        if since.elapsed() < idle_timeout {
            return Some(connection);
        }
        // Those below it are older.
        idle.clear();
        None
    }
}

/// What `Host` says of a URL: its host, without the scheme's own port.
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
        ResponseBody { body, lease: None }
    }

    fn leased(body: Incoming, lease: Lease) -> Self {
        let mut leased = ResponseBody { body, lease: Some(lease) };
        leased.give_back_at_the_end();
        leased
    }

    fn give_back_at_the_end(&mut self) {
        if self.body.is_end_stream() {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        if let Some(Lease { pool, origin, connection }) = self.lease.take() {
            pool.put(&origin, connection);
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
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
