//! The request as the client sent it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use http::{Method, Uri, Version};
use tokio::time::Instant;

use super::ClientCertificate;
use crate::value::{Body, Headers};

/// The original request; steps read it and never change it.
#[derive(Debug)]
pub struct Request {
    pub id: Arc<str>,
    pub method: Method,
    pub uri: Uri,
    pub version: Version,
    /// `http` or `https`.
    pub scheme: &'static str,
    pub headers: Headers,
    /// Kept only when a step of the pipeline reads it.
    pub body: Body,
    /// `request.body` holds what the client sent.
    pub body_kept: bool,
    pub client: SocketAddr,
    /// The other end of the connection: the client, or the last proxy before the gateway.
    pub peer: SocketAddr,
    /// The certificate that the other end of the connection has shown.
    pub certificate: Option<Arc<ClientCertificate>>,
    /// The address that accepted the connection.
    pub local: SocketAddr,
    pub received: SystemTime,
    /// The same on the clock that time limits go by.
    pub arrived: Instant,
    /// Names and values of the path's parameters, still percent-encoded.
    pub path_parameters: Vec<(Arc<str>, String)>,
}

/// How access lines and events write a version of HTTP.
pub fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_11 => "HTTP/1.1",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "other",
    }
}

// === impl Request ===

impl Request {
    /// Seconds since 1970 at which the request arrived: one time for everything that happens to it.
    pub fn received_seconds(&self) -> i64 {
        let since = self.received.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }
}
