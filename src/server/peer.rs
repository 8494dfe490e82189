//! The two ends of a connection.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::runtime::ClientCertificate;

/// The client of a connection, and the address on this side that it came to.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) client: SocketAddr,
    pub(super) local: SocketAddr,
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    /// The certificate that the client has shown.
    pub(super) certificate: Option<Arc<ClientCertificate>>,
}

impl Peer {
    /// A connection without TLS.
    pub(super) fn plain(client: SocketAddr, local: SocketAddr) -> Self {
        Peer { client, local, scheme: "http", certificate: None }
    }
}
