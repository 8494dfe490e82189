//! Taking the addresses.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::settings::Server;

/// Connections that the system keeps until they are accepted.
const BACKLOG: u32 = 1024;

/// The setting of the address for plain HTTP.
const REDIRECT: &str = "server.tls.redirect-listen";

/// All addresses, taken. Clients cannot connect yet: what checks a port sees no gateway that may still exit.
#[derive(Debug)]
pub struct Bound {
    traffic: TcpSocket,
    admin: TcpSocket,
    redirect: Option<TcpSocket>,
    settings: Server,
    addresses: Addresses,
}

/// All listeners. Clients can connect; they are served once [`Listeners::serve`] runs.
#[derive(Debug)]
pub struct Listeners {
    pub(super) traffic: TcpListener,
    pub(super) admin: TcpListener,
    pub(super) redirect: Option<TcpListener>,
    pub(super) settings: Server,
    pub(super) addresses: Addresses,
}

/// The real addresses of the listeners: port 0 in the settings becomes a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    pub traffic: SocketAddr,
    pub admin: SocketAddr,
    /// Plain HTTP that is sent to HTTPS.
    pub redirect: Option<SocketAddr>,
}

/// An address that cannot be had.
#[derive(Debug)]
pub struct BindError {
    pub address: SocketAddr,
    /// The flag or the setting that names another one.
    pub flag: &'static str,
    pub cause: io::Error,
}

/// Takes the addresses of the traffic and the admin listener.
pub fn bind(settings: &Server) -> Result<Bound, BindError> {
    let (traffic, traffic_address) = take(settings.listen, "--listen")?;
    let (admin, admin_address) = take(settings.admin_listen, "--admin-listen")?;
    let redirect = settings.tls.as_ref().and_then(|tls| tls.redirect_listen);
    let (redirect, redirect_address) = redirect.map(|address| take(address, REDIRECT)).transpose()?.unzip();
    let addresses = Addresses { traffic: traffic_address, admin: admin_address, redirect: redirect_address };
    Ok(Bound { traffic, admin, redirect, settings: settings.clone(), addresses })
}

fn take(address: SocketAddr, flag: &'static str) -> Result<(TcpSocket, SocketAddr), BindError> {
    let taken = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // As `TcpListener::bind` has it: an address is free again as soon as its listener is closed.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let address = socket.local_addr()?;
        Ok((socket, address))
    };
    taken().map_err(|cause| BindError { address, flag, cause })
}

// === impl Bound ===

impl Bound {
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Lets clients connect. Fails where another process has begun to listen on an address in the meantime.
    pub fn listen(self) -> Result<Listeners, BindError> {
        let Bound { traffic, admin, redirect, settings, addresses } = self;
        let listen = |socket: TcpSocket, address, flag| {
            socket.listen(BACKLOG).map_err(|cause| BindError { address, flag, cause })
        };
        let traffic = listen(traffic, addresses.traffic, "--listen")?;
        let admin = listen(admin, addresses.admin, "--admin-listen")?;
        let redirect = match redirect.zip(addresses.redirect) {
            Some((socket, address)) => Some(listen(socket, address, REDIRECT)?),
            None => None,
        };
        Ok(Listeners { traffic, admin, redirect, settings, addresses })
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
