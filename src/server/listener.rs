//! Accepting connections.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::clients::{Client, Clients};
use super::clock::Clock;
use super::connection::{self, Serving};
use super::handshake::{introduced, shake_hands};
use super::origin::Trust;
use super::peer::Peer;
use super::tls::Tls;
use crate::base::LogThrottle;
use crate::telemetry::{Listener, Refusal};

/// How long to leave the system alone when it has no room for another connection, and how often to look whether one does
/// nothing any more where all are busy.
const PAUSE: Duration = Duration::from_millis(100);

/// The open connections of one listener.
pub(super) struct Connections {
    pub name: Listener,
    pub serving: Serving,
    /// One permit for each that may be open.
    pub slots: Arc<Semaphore>,
    pub clients: Arc<Clients>,
    /// The proxies that begin with a header of the PROXY protocol.
    pub introduced_by: Option<Arc<Trust>>,
    /// None: plain HTTP.
    pub tls: Option<Arc<Tls>>,
    /// Told once a minute.
    pub full: LogThrottle,
}

/// Accepts until the phase in which serving ends, takes the connections that have come by then, and closes the socket. Where all
/// slots are taken, a new connection takes the place of one that does nothing, and waits where all are busy.
pub(super) async fn accept(socket: TcpListener, connections: Connections) {
    let connections = Arc::new(connections);
    let (mut waiting, stop) = (None, connections.serving.stop.clone());
    let accepting = async {
        loop {
            waiting = Some(connections.next(&socket).await);
            let slot = connections.slot().await;
            if let Some((stream, peer)) = waiting.take() {
                connections.start(stream, peer, slot);
            }
        }
    };
    tokio::select! {
        biased;
        () = stop.reached(connections.serving.until) => {}
        () = accepting => {}
    }
    while let Some((stream, peer)) = waiting.take().or_else(|| socket.accept().now_or_never()?.ok())
        && let Ok(slot) = connections.slots.clone().try_acquire_owned()
    {
        connections.start(stream, peer, slot);
    }
}

impl Connections {
    /// The next connection. Where the process has no file descriptor for it, one that does nothing is closed.
    async fn next(&self, socket: &TcpListener) -> (TcpStream, SocketAddr) {
        loop {
            match socket.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if client_left(&error) => {}
                Err(error) => {
                    self.serving.metrics.refused(Refusal::Accept);
                    if let Some(others) = self.full.now() {
                        tracing::warn!(%error, others, "cannot accept a connection");
                    }
                    self.displace_one();
                    sleep(PAUSE).await;
                }
            }
        }
    }

    async fn slot(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(slot) = self.slots.clone().try_acquire_owned() {
                return slot;
            }
            self.displace_one();
            // The semaphore is never closed.
            if let Ok(Ok(slot)) = timeout(PAUSE, self.slots.clone().acquire_owned()).await {
                return slot;
            }
        }
    }

    /// Closes a connection that does nothing, if there is one.
    fn displace_one(&self) {
        if self.clients.close_one() {
            self.serving.metrics.refused(Refusal::Displaced);
        }
    }

    fn start(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, slot: OwnedSemaphorePermit) {
        let clock = Arc::new(Clock::new(&self.serving.limits));
        let registered = self.clients.register(peer.ip(), clock.clone());
        let number = registered.number();
        let open = Opened::count(self.clone());
        // Small responses go out at once; this only fails on a socket that is closed already.
        drop(stream.set_nodelay(true));
        // A socket that is closed already has no address, and is not read.
        let local = stream.local_addr().unwrap_or_else(|_| (std::net::Ipv4Addr::UNSPECIFIED, 0).into());
        let peer = Peer::plain(peer, local);
        let task = tokio::spawn(async move {
            open.0.serve(stream, peer, &clock, &registered.client).await;
            drop((registered, open, slot));
        });
        self.clients.served_by(number, task.abort_handle());
    }

    /// Serves a connection from what comes before its first request to its end. What most connections have not is in a box.
    async fn serve(&self, mut stream: TcpStream, mut peer: Peer, clock: &Arc<Clock>, client: &Arc<Client>) {
        let Connections { serving, introduced_by, tls, .. } = self;
        let mut of_proxy = None;
        if introduced_by.as_ref().is_some_and(|trust| trust.trusts(peer.client.ip())) {
            match Box::pin(introduced(serving, &mut stream, &peer, clock)).await {
                Some(Some(both)) => {
                    (peer.client, peer.local) = (both.client, both.local);
                    of_proxy = Some(client.of_proxy(both.client.ip()));
                }
                Some(None) => {}
                None => return,
            }
        }
        let client = of_proxy.as_ref().unwrap_or(client);
        match tls {
            None => connection::run(serving, stream, peer, clock, client).await,
            Some(tls) => {
                let served = async {
                    if let Some(stream) = shake_hands(tls, serving, stream, &mut peer, clock).await {
                        connection::run(serving, stream, peer, clock, client).await;
                    }
                };
                Box::pin(served).await;
            }
        }
    }
}

/// A connection in the metrics, for as long as it is open.
struct Opened(Arc<Connections>);

impl Opened {
    fn count(connections: Arc<Connections>) -> Self {
        connections.serving.metrics.connection_opened(connections.name);
        Opened(connections)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.serving.metrics.connection_closed(self.0.name);
    }
}

fn client_left(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}
