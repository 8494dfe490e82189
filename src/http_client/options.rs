//! How connections are made and kept.

use std::time::Duration;

use super::Guard;

/// How connections are made and kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolOptions {
    /// How long a connection may stand unused before it is closed.
    pub idle_timeout: Duration,
    /// How long a connection may be in use. The next request then opens another one, and looks the host up again. HTTP/1.1 only.
    pub lifetime: Option<Duration>,
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
            lifetime: None,
            max_idle_per_host: 256,
            connect_timeout: Duration::from_secs(5),
            protocol: Protocol::default(),
            keep_alive: true,
            guard: Guard::default(),
        }
    }
}
