//! The beginning of a connection with TLS.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::sleep_until;
use tokio_rustls::server::TlsStream;

use super::clock::{Clock, Late};
use super::connection::Serving;
use super::peer::Peer;
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
        Ok(stream) => {
            peer.scheme = "https";
            Some(stream)
        }
        Err(error) => {
            serving.metrics.refused(Refusal::Handshake);
            tracing::debug!(peer = %peer.client, %error, "the TLS handshake failed");
            None
        }
    }
}

/// What comes before the first request: none where it takes too long, or the gateway ends.
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
