//! Makes connections: name lookup, TCP and TLS under one time-out, with errors that say which of them failed.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
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

use super::{Gather, Guard, PoolOptions, Protocol, TlsError, TlsOptions, tls};
use crate::value::BoxError;

/// How long a connection may be silent before TCP asks whether the peer is still there: a synchronous invocation may
/// wait 15 minutes, and NAT gateways on the way forget a silent connection after 350 seconds.
const TCP_KEEP_ALIVE: Duration = Duration::from_secs(60);

/// Why no connection was made. Nothing was sent, whatever the reason.
#[derive(Debug)]
pub(super) enum ConnectError {
    Dns(BoxError),
    Tcp(BoxError),
    Tls(BoxError),
    Guarded,
    TimedOut,
}

/// The connector of the pool.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Tcp>,
    timeout: Duration,
    /// Whether a TLS session that does not speak HTTP/2 is no use.
    only_http2: bool,
}

/// hyper's TCP connector with our errors.
#[derive(Clone)]
struct Tcp {
    connector: HttpConnector<Resolver>,
    guard: Guard,
}

/// hyper's resolver with errors that are recognisable in the chain, and without the addresses that are closed.
#[derive(Clone)]
pub(super) struct Resolver {
    names: GaiResolver,
    guard: Guard,
}

#[derive(Debug)]
pub(super) enum ResolveError {
    Lookup(std::io::Error),
    Guarded,
}

/// A TLS session without HTTP/2, where nothing else will do.
#[derive(Debug, thiserror::Error)]
#[error("the server does not speak HTTP/2")]
struct NoHttp2;

type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Connector {
    pub(super) fn new(options: &TlsOptions, pool: &PoolOptions) -> Result<Self, TlsError> {
        let guard = pool.guard;
        let mut tcp = HttpConnector::new_with_resolver(Resolver::new(guard));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(TCP_KEEP_ALIVE));
        tcp.set_keepalive_interval(Some(TCP_KEEP_ALIVE));
        // Shared out over a name's addresses, so that one dead address leaves time for the next.
        tcp.set_connect_timeout(Some(pool.connect_timeout));
        let config = tls::client_config(options, pool.protocol)?;
        let tcp = Tcp { connector: tcp, guard };
        let https = match tls::server_name(options)? {
            Some(name) => HttpsConnector::new(tcp, config, false, Arc::new(FixedServerNameResolver::new(name))),
            None => HttpsConnector::new(tcp, config, false, Arc::new(DefaultServerNameResolver::default())),
        };
        let only_http2 = pool.protocol == Protocol::Http2Only;
        Ok(Connector { https, timeout: pool.connect_timeout, only_http2 })
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Gather<TokioIo<TcpStream>>>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response, ConnectError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.https.poll_ready(cx).map_err(ConnectError::from_https)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.https.call(uri);
        let (timeout, only_http2) = (self.timeout, self.only_http2);
        Box::pin(async move {
            let connected = match tokio::time::timeout(timeout, connecting).await {
                Ok(connected) => connected.map_err(ConnectError::from_https)?,
                Err(_) => return Err(ConnectError::TimedOut),
            };
            match &connected {
                MaybeHttpsStream::Https(tls)
                    if only_http2 && tls.inner().get_ref().1.alpn_protocol() != Some(b"h2") =>
                {
                    Err(ConnectError::Tls(NoHttp2.into()))
                }
                _ => Ok(connected),
            }
        })
    }
}

impl Service<Uri> for Tcp {
    type Response = Gather<TokioIo<TcpStream>>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response, ConnectError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.connector.poll_ready(cx).map_err(ConnectError::from_tcp)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // An address needs no lookup, so it never reaches the resolver.
        let address = uri.host().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
        if address.is_some_and(|address| self.guard.refuses(address)) {
            return Box::pin(async { Err(ConnectError::Guarded) });
        }
        let connecting = self.connector.call(uri);
        Box::pin(async move { connecting.await.map(Gather).map_err(ConnectError::from_tcp) })
    }
}

impl Resolver {
    pub(super) fn new(guard: Guard) -> Self {
        Resolver { names: GaiResolver::new(), guard }
    }
}

impl Service<Name> for Resolver {
    /// The addresses that are connected to, and no others: nothing is looked up a second time.
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Connecting<Self::Response, ResolveError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        self.names.poll_ready(cx).map_err(ResolveError::Lookup)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        #[cfg(test)]
        if let Some(address) = super::test_names::find(name.as_str()) {
            return Box::pin(async move { Ok(vec![SocketAddr::new(address, 0)].into_iter()) });
        }
        let (resolving, guard) = (self.names.call(name), self.guard);
        Box::pin(async move {
            let all: Vec<SocketAddr> = resolving.await.map_err(ResolveError::Lookup)?.collect();
            let open: Vec<SocketAddr> = all.iter().copied().filter(|one| !guard.refuses(one.ip())).collect();
            if open.is_empty() && !all.is_empty() { Err(ResolveError::Guarded) } else { Ok(open.into_iter()) }
        })
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
            match current.downcast_ref::<ResolveError>() {
                Some(ResolveError::Guarded) => return ConnectError::Guarded,
                Some(ResolveError::Lookup(_)) => return ConnectError::Dns(error),
                None => {}
            }
            if current.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::TimedOut) {
                return ConnectError::TimedOut;
            }
            cause = current.source();
        }
        ConnectError::Tcp(error)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Dns(error) | ConnectError::Tcp(error) | ConnectError::Tls(error) => error.fmt(f),
            ConnectError::Guarded => f.write_str("the address is closed"),
            ConnectError::TimedOut => f.write_str("the connect time-out has passed"),
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ConnectError::Dns(error) | ConnectError::Tcp(error) | ConnectError::Tls(error) => error.source(),
            ConnectError::Guarded | ConnectError::TimedOut => None,
        }
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResolveError::Lookup(error) => error.fmt(f),
            ResolveError::Guarded => f.write_str("every address of the host is closed"),
        }
    }
}

impl Error for ResolveError {}
