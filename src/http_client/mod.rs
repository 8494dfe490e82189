//! Outgoing HTTP, pooled: one [`HttpClient`] per TLS profile, made at load and shared by everything that calls out.
//!
//! The client never follows a redirect by itself, never takes a proxy from the environment, and never sends a request twice once
//! a byte of it may have left. What it sends is framed here: hop-by-hop headers are dropped and `Content-Length` is
//! what the body says of itself.

mod connection;
mod connector;
mod error;
mod guard;
mod hop_by_hop;
mod idle;
mod pool;
mod small_writes;
mod tls;

#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
pub(crate) mod test_tls;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderValue};
use http::{Method, Request, Response, Version};
use http_body::Body as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::value::BodyStream;
use connector::Connector;
use pool::Pool;

pub use error::{SendError, SendErrorKind};
pub use guard::Guard;
pub use hop_by_hop::{is_hop_by_hop, strip_hop_by_hop};
pub use pool::{ResponseBody, host};
pub use small_writes::Gather;
pub use tls::{TlsError, TlsOptions};

/// How connections are made and kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolOptions {
    /// How long a connection may stand unused before it is closed.
    pub idle_timeout: Duration,
    /// How many unused connections are kept to one scheme, host and port.
    pub max_idle_per_host: usize,
    /// Limit for name lookup, TCP and TLS handshake together.
    pub connect_timeout: Duration,
    pub protocol: Protocol,
    /// Whether a connection serves more than one request.
    pub keep_alive: bool,
    /// The addresses that stay closed.
    pub guard: Guard,
}

/// The version of HTTP that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Protocol {
    /// Every connection serves one request. Only a body whose length is known can be sent.
    Http10,
    #[default]
    Http11,
    /// HTTP/2 where the TLS handshake agrees on it, HTTP/1.1 otherwise.
    Http2,
    /// HTTP/2 or no connection; without TLS it is spoken at once.
    Http2Only,
}

impl Default for PoolOptions {
    fn default() -> Self {
        PoolOptions {
            idle_timeout: Duration::from_secs(60),
            max_idle_per_host: 256,
            connect_timeout: Duration::from_secs(5),
            protocol: Protocol::default(),
            keep_alive: true,
            guard: Guard::default(),
        }
    }
}

/// A connection pool with its TLS settings. Cloning shares the pool.
#[derive(Clone)]
pub struct HttpClient(Transport);

#[derive(Clone)]
enum Transport {
    /// HTTP/1.1 over connections that are kept.
    Kept(Arc<Pool>),
    /// Everything else.
    Other { client: Box<Client<Connector, BodyStream>>, protocol: Protocol },
}

impl HttpClient {
    /// Makes a client with an empty pool; nothing is connected yet.
    pub fn new(tls: &TlsOptions, pool: &PoolOptions) -> Result<Self, TlsError> {
        let connector = Connector::new(tls, pool)?;
        if pool.protocol == Protocol::Http11 && pool.keep_alive {
            let pool = Pool::new(connector, pool.idle_timeout, pool.max_idle_per_host);
            return Ok(HttpClient(Transport::Kept(pool)));
        }
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .pool_idle_timeout(pool.idle_timeout)
            .pool_max_idle_per_host(if pool.keep_alive { pool.max_idle_per_host } else { 0 })
            .http2_only(pool.protocol == Protocol::Http2Only)
            // Only a request that hyper handed back untouched, because its pooled connection had died, is tried again:
            // nothing of it was sent, so nothing can run twice.
            .retry_canceled_requests(true)
            .build(connector);
        Ok(HttpClient(Transport::Other { client: Box::new(client), protocol: pool.protocol }))
    }

    /// Sends a request and waits for the head of its answer, at most `timeout`, of which connecting may take at most
    /// the pool's own limit. The body of the answer is the caller's to read, and to limit.
    ///
    /// The URI is absolute. Hop-by-hop headers are dropped; a `Host` header that is set stays as it is.
    pub async fn send(
        &self,
        request: Request<BodyStream>,
        timeout: Duration,
    ) -> Result<Response<ResponseBody>, SendError> {
        let mut call = Call::new(request);
        match tokio::time::timeout(timeout, self.start(&mut call)).await {
            Ok(answer) => answer,
            Err(_) => Err(call.timed_out()),
        }
    }

    /// [`HttpClient::send`] for a caller who has a clock of its own, and gives up by dropping this.
    pub async fn start(&self, call: &mut Call) -> Result<Response<ResponseBody>, SendError> {
        match &self.0 {
            Transport::Kept(pool) => pool.send(call).await,
            // In a box: its future is several times as large as the other one.
            Transport::Other { client, protocol } => Box::pin(other(client, *protocol, call)).await,
        }
    }
}

async fn other(
    client: &Client<Connector, BodyStream>,
    protocol: Protocol,
    call: &mut Call,
) -> Result<Response<ResponseBody>, SendError> {
    let mut request = call.take()?;
    close_after(protocol, &mut request);
    // Told also when this is dropped half-way.
    let _told = Connected(capture_connection(&mut request), &mut call.may_be_sent);
    let answer = client.request(request).await.map_err(SendError::from_client)?;
    Ok(answer.map(ResponseBody::plain))
}

/// Says at its end whether a connection had been found.
struct Connected<'a>(CaptureConnection, &'a mut bool);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        *self.1 = self.0.connection_metadata().is_some();
    }
}

/// A request that is to be sent, and whether it may have been. It is made where it stays: requests are large, and every
/// function that takes one by value keeps a copy of it while it waits.
pub struct Call {
    request: Option<Request<BodyStream>>,
    may_be_sent: bool,
}

impl Call {
    /// Hop-by-hop headers are dropped, and the body is framed.
    pub fn new(mut request: Request<BodyStream>) -> Self {
        frame(&mut request);
        Call { request: Some(request), may_be_sent: false }
    }

    /// The error of a call whose time ran out.
    pub fn timed_out(&self) -> SendError {
        SendError::timed_out(self.may_be_sent)
    }

    fn take(&mut self) -> Result<Request<BodyStream>, SendError> {
        // A call is made once.
        self.request.take().ok_or_else(SendError::no_url)
    }
}

/// Says that the connection ends with this request, where it does: HTTP/1.1 comes here only without kept connections. HTTP/2
/// has no such header.
fn close_after(protocol: Protocol, request: &mut Request<BodyStream>) {
    if protocol == Protocol::Http10 {
        *request.version_mut() = Version::HTTP_10;
    }
    if matches!(protocol, Protocol::Http10 | Protocol::Http11) {
        request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpClient")
    }
}

/// Leaves framing to hyper, which takes it from the body's size. It says nothing about a body that is empty, where
/// servers expect `Content-Length: 0` from the methods that usually carry one (RFC 9110, 8.6).
fn frame(request: &mut Request<BodyStream>) {
    strip_hop_by_hop(request.headers_mut());
    request.headers_mut().remove(CONTENT_LENGTH);
    let usually_has_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if usually_has_body && request.body().is_end_stream() {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}
