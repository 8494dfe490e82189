//! The client: it sends requests over its pool.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, Version};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connection::BUFFER;
use super::connector::Connector;
use super::pool::Pool;
use super::{Call, PoolOptions, Protocol, ResponseBody, SendError, StandIn, TlsError, TlsOptions};
use crate::value::BodyStream;

/// A connection pool with its TLS settings. Cloning shares the pool.
#[derive(Clone)]
pub struct HttpClient(pub(super) Transport);

#[derive(Clone)]
pub(super) enum Transport {
    /// HTTP/1.1 over connections that are kept.
    Kept(Arc<Pool>),
    /// Everything else.
    Other { client: Box<Client<Connector, BodyStream>>, protocol: Protocol },
    /// No network at all.
    StandIn(Arc<dyn StandIn>),
}

impl HttpClient {
    /// Makes a client with an empty pool; nothing is connected yet.
    pub fn new(tls: &TlsOptions, pool: &PoolOptions) -> Result<Self, TlsError> {
        let connector = Connector::new(tls, pool)?;
        if pool.protocol == Protocol::Http11 && pool.keep_alive {
            let pool = Pool::new(connector, pool);
            return Ok(HttpClient(Transport::Kept(pool)));
        }
        let client = Client::builder(TokioExecutor::new())
            .http1_max_buf_size(BUFFER)
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

    /// A client that asks this in the place of the network.
    pub fn asking(stand_in: Arc<dyn StandIn>) -> Self {
        HttpClient(Transport::StandIn(stand_in))
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
        self.send_call(&mut Call::new(request), timeout).await
    }

    /// [`HttpClient::send`] for a caller who may need the body again.
    pub async fn send_call(&self, call: &mut Call, timeout: Duration) -> Result<Response<ResponseBody>, SendError> {
        match tokio::time::timeout(timeout, self.start(call)).await {
            Ok(answer) => answer,
            Err(_) => Err(call.timed_out()),
        }
    }

    /// [`HttpClient::send`] for a caller who has a clock of its own, and gives up by dropping this.
    pub async fn start(&self, call: &mut Call) -> Result<Response<ResponseBody>, SendError> {
        let answer = match &self.0 {
            Transport::Kept(pool) => pool.send(call).await?,
            // In a box: its future is several times as large as the other one.
            Transport::Other { client, protocol } => Box::pin(other(client, *protocol, call)).await?,
            Transport::StandIn(stand_in) => Box::pin(asked(&**stand_in, call)).await?,
        };
        // A server that sends both, or a proxy on the way, may mean another end of the body.
        if answer.headers().contains_key(TRANSFER_ENCODING) && answer.headers().contains_key(CONTENT_LENGTH) {
            return Err(SendError::ambiguous());
        }
        Ok(answer)
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

async fn asked(stand_in: &dyn StandIn, call: &mut Call) -> Result<Response<ResponseBody>, SendError> {
    let request = call.take()?;
    call.may_be_sent = true;
    let answer = stand_in.answer(request).await.map_err(SendError::of_kind)?;
    Ok(answer.map(ResponseBody::whole))
}

/// Says at its end whether a connection had been found.
struct Connected<'a>(CaptureConnection, &'a mut bool);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        *self.1 = self.0.connection_metadata().is_some();
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
