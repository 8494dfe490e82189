//! Makes connections: name lookup, TCP and TLS under one time-out, with errors that say which of them failed.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{DefaultServerNameResolver, FixedServerNameResolver, HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::{PoolOptions, SendErrorKind, TlsError, TlsOptions, tls};
use crate::value::BoxError;

/// How long a silent connection stands before TCP asks whether the peer is still there: a synchronous invocation may
/// wait 15 minutes, and NAT gateways on the way forget a silent connection after 350 seconds.
const TCP_KEEP_ALIVE: Duration = Duration::from_secs(60);

/// Why no connection was made. Nothing was sent, whatever the reason.
#[derive(Debug)]
pub(super) enum ConnectError {
    Dns(BoxError),
    Tcp(BoxError),
    Tls(BoxError),
    TimedOut,
}

/// The connector of the pool.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Tcp>,
    timeout: Duration,
}

/// hyper's TCP connector with our errors.
#[derive(Clone)]
struct Tcp(HttpConnector<Resolver>);

/// hyper's resolver with an error that is recognisable in the chain.
#[derive(Clone)]
struct Resolver(GaiResolver);

#[derive(Debug)]
struct ResolveError(std::io::Error);

type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Connector {
    pub(super) fn new(options: &TlsOptions, pool: &PoolOptions) -> Result<Self, TlsError> {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(TCP_KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(TCP_KEEP_ALIVE));
        // Shared out over a name's addresses, so that one dead address leaves time for the next.
        tcp.set_connect_timeout(Some(pool.connect_timeout));
        let config = tls::client_config(options, pool.http2)?;
        let https = match tls::server_name(options)? {
            Some(name) => HttpsConnector::new(Tcp(tcp), config, false, Arc::new(FixedServerNameResolver::new(name))),
            None => HttpsConnector::new(Tcp(tcp), config, false, Arc::new(DefaultServerNameResolver::default())),
        };
        Ok(Connector { https, timeout: pool.connect_timeout })
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response, ConnectError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.https.poll_ready(cx).map_err(ConnectError::from_https)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.https.call(uri);
        let timeout = self.timeout;
        Box::pin(async move {
            match tokio::time::timeout(timeout, connecting).await {
                Ok(connected) => connected.map_err(ConnectError::from_https),
                Err(_) => Err(ConnectError::TimedOut),
            }
        })
    }
}

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response, ConnectError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.0.poll_ready(cx).map_err(ConnectError::from_tcp)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move { connecting.await.map_err(ConnectError::from_tcp) })
    }
}

impl Service<Name> for Resolver {
    type Response = <GaiResolver as Service<Name>>::Response;
    type Error = ResolveError;
    type Future = Connecting<Self::Response, ResolveError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        self.0.poll_ready(cx).map_err(ResolveError)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.0.call(name);
        Box::pin(async move { resolving.await.map_err(ResolveError) })
    }
}

impl ConnectError {
    /// The TLS layer passes our own TCP errors on as they are, so everything else is its own.
    fn from_https(error: BoxError) -> Self {
        match error.downcast::<ConnectError>() {
            Ok(ours) => *ours,
            Err(other) => ConnectError::Tls(other),
        }
    }

    fn from_tcp(error: impl Into<BoxError>) -> Self {
        let error = error.into();
        let mut cause = error.source();
        while let Some(current) = cause {
            if current.is::<ResolveError>() {
                return ConnectError::Dns(error);
            }
            if current.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::TimedOut) {
                return ConnectError::TimedOut;
            }
            cause = current.source();
        }
        ConnectError::Tcp(error)
    }

    pub(super) fn kind(&self) -> SendErrorKind {
        match self {
            ConnectError::Dns(_) => SendErrorKind::Dns,
            ConnectError::Tcp(_) => SendErrorKind::Connect,
            ConnectError::Tls(_) => SendErrorKind::Tls,
            ConnectError::TimedOut => SendErrorKind::ConnectTimeout,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Dns(error) | ConnectError::Tcp(error) | ConnectError::Tls(error) => error.fmt(f),
            ConnectError::TimedOut => f.write_str("the connect time-out has passed"),
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ConnectError::Dns(error) | ConnectError::Tcp(error) | ConnectError::Tls(error) => error.source(),
            ConnectError::TimedOut => None,
        }
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for ResolveError {}
