//! Taking the addresses.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::settings::Server;

/// Both listeners, bound. Clients can connect already; they are served once [`Bound::serve`] runs.
#[derive(Debug)]
pub struct Bound {
    pub(super) traffic: TcpListener,
    pub(super) admin: TcpListener,
    pub(super) settings: Server,
    pub(super) addresses: Addresses,
}

/// Where the listeners really are: port 0 in the settings becomes a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    pub traffic: SocketAddr,
    pub admin: SocketAddr,
}

/// An address that cannot be had.
#[derive(Debug)]
pub struct BindError {
    pub address: SocketAddr,
    /// The flag that names another one.
    pub flag: &'static str,
    pub cause: io::Error,
}

/// Binds the traffic and the admin listener.
pub async fn bind(settings: &Server) -> Result<Bound, BindError> {
    let (traffic, traffic_address) = listen(settings.listen, "--listen").await?;
    let (admin, admin_address) = listen(settings.admin_listen, "--admin-listen").await?;
    let addresses = Addresses { traffic: traffic_address, admin: admin_address };
    Ok(Bound { traffic, admin, settings: settings.clone(), addresses })
}

async fn listen(address: SocketAddr, flag: &'static str) -> Result<(TcpListener, SocketAddr), BindError> {
    let failed = |cause| BindError { address, flag, cause };
    let socket = TcpListener::bind(address).await.map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    Ok((socket, address))
}

// === impl Bound ===

impl Bound {
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }
}

// === impl BindError ===

impl std::fmt::Display for BindError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let BindError { address, flag, cause } = self;
        match cause.kind() {
            ErrorKind::AddrInUse => {
                write!(f, "{address} is in use by another process or listener: choose another address with {flag}")
            }
            ErrorKind::PermissionDenied => {
                write!(f, "{address} may not be used by this user: choose a port above 1023 with {flag}")
            }
            ErrorKind::AddrNotAvailable => {
                write!(f, "this machine has no address {}: choose another one with {flag}", address.ip())
            }
            _ => write!(f, "cannot listen on {address} ({flag}): {cause}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
