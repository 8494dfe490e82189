//! Accepting connections.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{self, Serving};
use crate::telemetry::{Listener, Refusal};

/// How long to leave the system alone when it has no room for another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts until the phase in which `serving` ends, takes what has connected by then, and closes the socket. A
/// connection is accepted once it has a slot; until then it waits in the system's queue.
pub(super) async fn accept(socket: TcpListener, name: Listener, serving: Serving, slots: Arc<Semaphore>) {
    let serving = Arc::new(serving);
    let accepting = async {
        while let Ok(slot) = slots.clone().acquire_owned().await {
            let (stream, peer) = next(&socket, &serving).await;
            start(name, &serving, stream, peer, slot);
        }
    };
    tokio::select! {
        biased;
        () = serving.stop.clone().reached(serving.until) => {}
        () = accepting => {}
    }
    while let Some(Ok((stream, peer))) = socket.accept().now_or_never()
        && let Ok(slot) = slots.clone().try_acquire_owned()
    {
        start(name, &serving, stream, peer, slot);
    }
}

fn start(name: Listener, serving: &Arc<Serving>, stream: TcpStream, peer: SocketAddr, slot: OwnedSemaphorePermit) {
    let serving = serving.clone();
    serving.metrics.connection_opened(name);
    tokio::spawn(async move {
        connection::run(&serving, stream, peer).await;
        serving.metrics.connection_closed(name);
        drop(slot);
    });
}

async fn next(socket: &TcpListener, serving: &Serving) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if client_left(&error) => {}
            Err(error) => {
                serving.metrics.refused(Refusal::Accept);
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn client_left(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}
