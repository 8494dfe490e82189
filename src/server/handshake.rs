//! The time before the first request: the PROXY protocol, and the handshake of TLS.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::sleep_until;
use tokio_rustls::server::TlsStream;

use super::clock::{Clock, Late};
use super::connection::Serving;
use super::peer::Peer;
use super::proxy_protocol::{self, PassedOn};
use super::stop::Phase;
use super::tls::Tls;
use crate::telemetry::Refusal;

/// Shakes hands within the time for the headers of a request. A failure is counted, and nothing is sent but an alert.
pub(super) async fn shake_hands(
    tls: &Tls,
    serving: &Serving,
    stream: TcpStream,
    peer: &mut Peer,
    clock: &Arc<Clock>,
) -> Option<TlsStream<TcpStream>> {
    match within_time(serving, clock, tls.accept(stream)).await? {
        Ok((stream, certificate)) => {
            peer.scheme = "https";
            peer.certificate = certificate;
            Some(stream)
        }
        Err(error) => failed(serving, peer, &error, Refusal::Handshake),
    }
}

/// Reads the header of the PROXY protocol, in the same time. None where there is none; the inner one where the proxy passes nothing on.
pub(super) async fn introduced(
    serving: &Serving,
    stream: &mut TcpStream,
    peer: &Peer,
    clock: &Arc<Clock>,
) -> Option<Option<PassedOn>> {
    match within_time(serving, clock, proxy_protocol::read(stream)).await? {
        Ok(both) => Some(both),
        Err(error) => failed(serving, peer, &error, Refusal::ProxyHeader),
    }
}

/// Counts what failed. Connections that just end are no failures: checks of health do that.
fn failed<T>(serving: &Serving, peer: &Peer, error: &io::Error, reason: Refusal) -> Option<T> {
    if !matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) {
        serving.metrics.refused(reason);
    }
    tracing::debug!(peer = %peer.client, %error, "the connection failed before its first request");
    None
}

/// The result of what comes before the first request: none where it takes too long, or the gateway ends.
async fn within_time<T>(
    serving: &Serving,
    clock: &Arc<Clock>,
    beginning: impl Future<Output = io::Result<T>>,
) -> Option<io::Result<T>> {
    let mut beginning = std::pin::pin!(beginning);
    for phase in [serving.until, Phase::Cut] {
        let (due, late) = clock.due();
        tokio::select! {
            begun = &mut beginning => return Some(begun),
            () = sleep_until(due) => {
                if late == Some(Late::Headers) {
                    serving.metrics.refused(Refusal::HeaderTimeout);
                }
                return None;
            }
            () = serving.stop.clone().reached(phase) => {}
        }
        // From now on the client has only the time of a last call.
        clock.may_leave();
    }
    None
}
