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
use http::{Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use tokio::time::Instant;
use tower::Service;

use super::SendError;
use super::connector::Connector;
use crate::value::BodyStream;

/// Where a connection leads.
type Origin = (Scheme, Authority);

/// The kept connections.
pub(super) struct Pool {
    connector: Connector,
    idle: Mutex<IdleConnections>,
    idle_timeout: Duration,
    most: usize,
}

#[derive(Default)]
struct IdleConnections {
    by_origin: HashMap<Origin, Vec<Idle>>,
    /// A task will close them in time. There is one, however often the last connection comes and goes.
    watched: bool,
}

/// A connection that nobody uses.
struct Idle {
    sender: SendRequest<BodyStream>,
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
    origin: Origin,
    sender: SendRequest<BodyStream>,
}

// === impl Pool ===

impl Pool {
    pub(super) fn new(connector: Connector, idle_timeout: Duration, most: usize) -> Arc<Self> {
        Arc::new(Pool { connector, idle: Mutex::default(), idle_timeout, most })
    }

    /// Sends a request and waits for the head of its answer. `on_its_way` is told whether the request may have been sent.
    pub(super) async fn send(
        self: &Arc<Self>,
        mut request: Request<BodyStream>,
        on_its_way: &AtomicBool,
    ) -> Result<Response<ResponseBody>, SendError> {
        let uri = request.uri().clone();
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(SendError::no_url());
        };
        let origin = (scheme.clone(), authority.clone());
        if !request.headers().contains_key(HOST) {
            let host = host(&uri).and_then(|host| HeaderValue::from_str(host).ok()).ok_or_else(SendError::no_url)?;
            request.headers_mut().insert(HOST, host);
        }
        let path = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        *request.uri_mut() = path.into();
        loop {
            let kept = self.take(&origin);
            let is_kept = kept.is_some();
            let mut sender = match kept {
                Some(sender) => sender,
                None => self.connect(&uri).await?,
            };
            // Its last answer has been read, so it is ready in a moment; if not, it is over.
            if !sender.is_ready() && sender.ready().await.is_err() && is_kept {
                continue;
            }
            on_its_way.store(true, Ordering::Relaxed);
            match sender.try_send_request(request).await {
                Ok(answer) => {
                    let lease = Lease { pool: self.clone(), origin, sender };
                    return Ok(answer.map(|body| ResponseBody::leased(body, lease)));
                }
                Err(mut error) => match error.take_message() {
                    // A kept connection had died. The request came back whole: nothing of it was sent, so nothing can run twice.
                    Some(whole) if is_kept => {
                        on_its_way.store(false, Ordering::Relaxed);
                        request = whole;
                    }
                    message => return Err(SendError::from_hyper(error.into_error(), message.is_none())),
                },
            }
        }
    }

    async fn connect(&self, uri: &Uri) -> Result<SendRequest<BodyStream>, SendError> {
        let mut connector = self.connector.clone();
        let connected = connector.call(uri.clone()).await.map_err(SendError::from_connect)?;
        let handshake = Builder::new().handshake(connected).await;
        let (sender, connection) = handshake.map_err(|error| SendError::from_hyper(error, false))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to a service ended");
            }
        });
        Ok(sender)
    }

    /// The connection that was used last, if it is still good.
    fn take(&self, origin: &Origin) -> Option<SendRequest<BodyStream>> {
        let mut idle = self.idle();
        let kept = idle.by_origin.get_mut(origin)?;
        while let Some(one) = kept.pop() {
            if one.since.elapsed() >= self.idle_timeout {
                // Those below it are older.
                kept.clear();
                return None;
            }
            if !one.sender.is_closed() {
                return Some(one.sender);
            }
        }
        None
    }

    fn put(self: &Arc<Self>, origin: Origin, sender: SendRequest<BodyStream>) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle();
        let kept = idle.by_origin.entry(origin).or_default();
        if kept.len() < self.most {
            kept.push(Idle { sender, since: Instant::now() });
        }
        if !std::mem::replace(&mut idle.watched, true) {
            self.close_in_time();
        }
    }

    /// Closes connections that nobody wants any more, for as long as there are some.
    fn close_in_time(self: &Arc<Self>) {
        let (pool, pause) = (Arc::downgrade(self), self.idle_timeout);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(pool) = pool.upgrade() else { return };
                let mut idle = pool.idle();
                for kept in idle.by_origin.values_mut() {
                    kept.retain(|one| one.since.elapsed() < pause && !one.sender.is_closed());
                }
                idle.by_origin.retain(|_, kept| !kept.is_empty());
                idle.watched = !idle.by_origin.is_empty();
                if !idle.watched {
                    return;
                }
            }
        });
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.idle().by_origin.values().map(Vec::len).sum()
    }

    fn idle(&self) -> MutexGuard<'_, IdleConnections> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
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
        if let Some(Lease { pool, origin, sender }) = self.lease.take() {
            pool.put(origin, sender);
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
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
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
