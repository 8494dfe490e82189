//! What takes effect at start: listeners, limits, logging.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::{ADDRESS, EXPECTED};
use super::{AddressRange, ServerTls};
use crate::value::{Seconds, Secret};

/// Listeners and how they shut down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Server {
    /// Where the APIs are served. `--listen` wins.
    #[schemars(with = "String", extend("pattern" = ADDRESS, "x-expected" = EXPECTED))]
    pub listen: SocketAddr,
    /// Where health, metrics and administration are served. `--admin-listen` wins.
    #[schemars(with = "String", extend("pattern" = ADDRESS, "x-expected" = EXPECTED))]
    pub admin_listen: SocketAddr,
    /// What `Authorization: Bearer` must have for `/-/status`, `/-/reload` and `/-/traces`. Without it, they answer only on a loopback address.
    /// Health and metrics need none.
    #[serde(skip_serializing)]
    #[schemars(length(min = 16))]
    pub admin_token: Option<Secret>,
    /// TLS where the APIs are served. Without it, they are served over plain HTTP.
    pub tls: Option<ServerTls>,
    /// Addresses and networks of the proxies in front of the gateway. Only they may say who the client is, in the headers of
    /// `forwarded-header`, and which `X-Request-Id` a request has. List proxies and nothing else: a client in one of these networks can choose its address.
    pub trusted_proxies: Vec<AddressRange>,
    /// The headers that the trusted proxies write.
    pub forwarded_header: ForwardedHeader,
    /// Whether the trusted proxies begin every connection with a header of the PROXY protocol, version 1 or 2. From other
    /// addresses, no such header is taken.
    pub proxy_protocol: bool,
    /// Addresses and networks of the clients that may call the APIs. Others are answered 403. Default: all may call.
    pub allowed_addresses: Vec<AddressRange>,
    /// Addresses and networks of clients that may not call the APIs, also where `allowed-addresses` has them.
    pub denied_addresses: Vec<AddressRange>,
    /// What one request, one connection and all of them may use.
    pub limits: ServerLimits,
    /// After SIGTERM: how long the listener stays open while `/readyz` already says no.
    pub drain_delay: Seconds,
    /// After that: how long requests in flight, and calls in the background, may take to finish.
    pub drain_timeout: Seconds,
}

impl Default for Server {
    fn default() -> Self {
        Server {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            admin_listen: (Ipv4Addr::LOCALHOST, 9090).into(),
            admin_token: None,
            tls: None,
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::XForwarded,
            proxy_protocol: false,
            allowed_addresses: Vec::new(),
            denied_addresses: Vec::new(),
            limits: ServerLimits::default(),
            drain_delay: Seconds::new(5),
            drain_timeout: Seconds::new(60),
        }
    }
}

/// What one request, one connection and all of them may use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ServerLimits {
    /// Bytes of a request's header section. More is answered 431.
    #[schemars(range(min = 8192))]
    pub header_bytes: usize,
    /// Header fields of a request. More is answered 431.
    #[schemars(range(min = 1))]
    pub headers: usize,
    /// Bytes of a request's path and query. More is answered 414.
    #[schemars(range(min = 1))]
    pub uri_bytes: usize,
    /// From the opening of a connection, or the first byte of a request, to the end of its headers.
    pub header_timeout: Seconds,
    /// Silence in the middle of a request body.
    pub body_idle_timeout: Seconds,
    /// The whole of a request body.
    pub body_timeout: Seconds,
    /// Silence between two requests on one connection, and how long a client may take nothing of a response.
    pub idle_timeout: Seconds,
    /// Connections at a time, and no more than fit into the process' file descriptors. A further one takes the place of the
    /// connection that has been idle for longest, or waits.
    #[schemars(range(min = 1))]
    pub connections: usize,
    /// Requests at a time. More is answered 503 with Retry-After. Once half of them run, one connection and one client
    /// address get only a part of the rest.
    #[schemars(range(min = 1))]
    pub requests: usize,
    /// HTTP/2 streams at a time on one connection.
    #[schemars(range(min = 1))]
    pub http2_streams: u32,
    /// The whole of a response, from its head to its end.
    pub response_timeout: Seconds,
    /// Bytes that all requests may take in memory: bodies, parsed ones with their trees, large values that steps make, and scripts.
    /// A request that has no room is answered 503 with Retry-After. Default: 512 MiB, and at most half of the memory limit of the
    /// container.
    #[schemars(range(min = 1_048_576))]
    pub buffered_bytes: Option<usize>,
    /// Paths in which some servers find `..` and others do not: a segment `..;x`, or dots that are encoded twice (`%252e`).
    pub ambiguous_paths: AmbiguousPaths,
}

impl Default for ServerLimits {
    fn default() -> Self {
        ServerLimits {
            header_bytes: 32 * 1024,
            headers: 100,
            uri_bytes: 8 * 1024,
            header_timeout: Seconds::new(10),
            body_idle_timeout: Seconds::new(30),
            body_timeout: Seconds::new(60),
            idle_timeout: Seconds::new(60),
            connections: 10_000,
            requests: 5_000,
            http2_streams: 100,
            response_timeout: Seconds::new(3600),
            buffered_bytes: None,
            ambiguous_paths: AmbiguousPaths::Refuse,
        }
    }
}

/// The headers in which proxies say who the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, `-Proto`, `-Host` and `-Port`.
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// What becomes of ambiguous paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AmbiguousPaths {
    /// They are answered 400.
    Refuse,
    /// They are matched and forwarded as they are.
    Forward,
}
