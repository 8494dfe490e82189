//! The two ends of a connection.

use std::net::SocketAddr;

/// Who is at the other end, and where on this side they arrived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) SocketAddr, pub(super) SocketAddr);
