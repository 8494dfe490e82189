//! The server without sockets: every connection is a pipe within the process. Tests of authors are its clients.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use arc_swap::ArcSwap;
use futures_util::future::BoxFuture;
use tokio::io::DuplexStream;
use tokio::sync::{Semaphore, watch};

use super::clients::Clients;
use super::clock::Clock;
use super::connection::{self, Answers, Serving};
use super::peer::Peer;
use super::protocol::http;
use super::stop::{Phase, Stop};
use super::stream::Streams;
use super::traffic::Traffic;
use super::{Control, Parts, Readiness, Status};
use crate::resources::background::Background;
use crate::runtime::{RequestHooks, Snapshot};
use crate::settings::Server;
use crate::telemetry::Metrics;

/// Bytes that one end of a pipe may write before the other one reads.
const PIPE: usize = 64 * 1024;

/// The addresses of both ends, as steps see them.
const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);
const SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// A server that has no address.
pub struct InProcess {
    serving: Serving,
    clients: Arc<Clients>,
    /// Dropped, it ends all connections.
    _phase: watch::Sender<Phase>,
}

/// There are no operators, so there is nothing to control.
struct NoOperators;

// === impl InProcess ===

impl InProcess {
    /// Serves this snapshot. The hooks see every request.
    pub fn new(
        snapshot: Snapshot,
        settings: &Server,
        metrics: Arc<Metrics>,
        background: Arc<Background>,
        hooks: Arc<dyn RequestHooks>,
    ) -> Self {
        let (phase, stop) = Stop::new();
        let limits = &settings.limits;
        let parts = Parts {
            snapshot: Arc::new(ArcSwap::from_pointee(snapshot)),
            metrics: metrics.clone(),
            access_log: None,
            tracer: None,
            records: None,
            ready: Arc::new(Readiness::default()),
            background,
            control: Arc::new(NoOperators),
            tls: None,
        };
        let requests = Arc::new(Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS)));
        let traffic = Traffic {
            parts,
            limits: limits.clone(),
            requests,
            stop: stop.clone(),
            trust: None,
            admission: None,
            redirect: None,
            hooks: Some(hooks),
        };
        let serving = Serving {
            http: http(limits, Streams::new(limits, metrics.clone())),
            answers: Answers::Traffic(Arc::new(traffic)),
            limits: Arc::new(limits.clone()),
            metrics,
            stop,
            until: Phase::Finishing,
        };
        InProcess { serving, clients: Clients::new(false), _phase: phase }
    }

    /// Opens a connection, which is served until this end of it is dropped.
    pub fn connect(&self) -> DuplexStream {
        let (near, far) = tokio::io::duplex(PIPE);
        let clock = Arc::new(Clock::new(&self.serving.limits));
        let registered = self.clients.register(CLIENT.ip(), clock.clone());
        let serving = self.serving.clone();
        tokio::spawn(async move {
            connection::run(&serving, far, Peer::plain(CLIENT, SERVER), &clock, &registered.client).await;
        });
        near
    }
}

impl Control for NoOperators {
    fn reload(self: Arc<Self>) -> BoxFuture<'static, Status> {
        Box::pin(async move { self.status() })
    }

    fn status(&self) -> Status {
        Status { version: env!("CARGO_PKG_VERSION"), generation: 0, apis: Vec::new(), operations: 0, last_load: None }
    }
}
