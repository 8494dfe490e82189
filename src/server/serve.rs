//! From the first connection to the last.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::admin_guard::Guard;
use super::admission::Admission;
use super::clients::Clients;
use super::connection::{Answers, Serving};
use super::listener::{Connections, accept};
use super::origin::Trust;
use super::protocol::http;
use super::stop::{Phase, Stop};
use super::stream::Streams;
use super::traffic::Traffic;
use super::{Listeners, Parts, admin, descriptors, memory};
use crate::base::LogThrottle;
use crate::telemetry::Listener;
use crate::value::set_room;

/// Connections of the admin listener at a time.
const ADMIN_CONNECTIONS: usize = 64;

/// How long connections that were cut may take to notice.
const AFTERMATH: Duration = Duration::from_secs(1);

/// How a drain went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainReport {
    /// Requests that had no response when their connections were closed.
    pub requests_cut: usize,
    /// Connections that were closed before their time.
    pub connections_cut: usize,
    /// Calls in the background that had not ended.
    pub calls_cut: usize,
    /// From the signal to the end.
    pub took: Duration,
}

/// Slots that come back: when all are there, nothing is going on.
#[derive(Debug, Clone)]
struct Slots {
    free: Arc<Semaphore>,
    all: u32,
}

impl Listeners {
    /// Serves until `drain` ends, then drains: `/readyz` says no and everything is still served for `drain-delay`; then
    /// nothing new is accepted and what is in flight may finish within `drain-timeout`; then it is closed. When `hurry`
    /// ends during the drain, all waiting is over.
    pub async fn serve(
        self,
        parts: Parts,
        drain: impl Future<Output = ()>,
        hurry: impl Future<Output = ()>,
    ) -> DrainReport {
        let Listeners { traffic, admin, redirect, settings, addresses } = self;
        set_room(memory::buffered_bytes(settings.limits.buffered_bytes));
        let (phase, stop) = Stop::new();
        let (connections, requests) =
            (Slots::new(descriptors::connections(settings.limits.connections)), Slots::new(settings.limits.requests));
        let ready = parts.ready.clone();
        let serving = |answers, until| Serving {
            http: http(&settings.limits, Streams::new(&settings.limits, parts.metrics.clone())),
            answers,
            limits: Arc::new(settings.limits.clone()),
            metrics: parts.metrics.clone(),
            stop: stop.clone(),
            until,
        };
        let trust = Trust::new(&settings).map(Arc::new);
        let admission = Admission::new(&settings).map(Arc::new);
        let requests_of = |redirect| Traffic {
            parts: parts.clone(),
            limits: settings.limits.clone(),
            requests: requests.free.clone(),
            stop: stop.clone(),
            trust: trust.clone(),
            admission: admission.clone(),
            redirect,
            hooks: None,
        };
        let answering = |redirect| serving(Answers::Traffic(Arc::new(requests_of(redirect))), Phase::Finishing);
        let accepting = |name, serving, slots, clients| {
            let tls = parts.tls.clone().filter(|_| name == Listener::Traffic);
            let introduced_by = trust.clone().filter(|_| settings.proxy_protocol && name != Listener::Admin);
            Connections { name, serving, slots, clients, introduced_by, tls, full: LogThrottle::new() }
        };
        // Both take their connections from one number.
        let (slots, clients) = (connections.free.clone(), Clients::new(false));
        let of_apis = accepting(Listener::Traffic, answering(None), slots.clone(), clients.clone());
        let apis = accept(traffic, of_apis);
        let port = settings.tls.as_ref().and_then(|tls| tls.redirect_port).unwrap_or(addresses.traffic.port());
        let redirecting = redirect
            .map(|redirect| accept(redirect, accepting(Listener::Redirect, answering(Some(port)), slots, clients)));
        let loopback = addresses.admin.ip().is_loopback();
        let rules = Guard { token: settings.admin_token.clone(), loopback };
        let operators = serving(Answers::Admin(admin::router(parts.clone(), rules)), Phase::Cut);
        let slots = Arc::new(Semaphore::new(ADMIN_CONNECTIONS));
        tokio::spawn(accept(admin, accepting(Listener::Admin, operators, slots, Clients::new(true))));
        let apis = tokio::spawn(async { tokio::join!(apis, OptionFuture::from(redirecting)) });

        drain.await;
        let started = Instant::now();
        ready.drain();
        phase.send_replace(Phase::Leaving);
        let patiently = async {
            sleep(settings.drain_delay.0).await;
            phase.send_replace(Phase::Finishing);
            drop(apis.await);
            // Requests outlive their connection when they have handlers to run.
            let finished = async {
                connections.all_free().await;
                requests.all_free().await;
                // Nobody is left who could start another.
                parts.background.idle().await;
            };
            drop(timeout(settings.drain_timeout.0, finished).await);
        };
        tokio::select! {
            () = patiently => {}
            () = hurry => {}
        }
        let (requests_cut, connections_cut) = (requests.taken(), connections.taken());
        phase.send_replace(Phase::Cut);
        let aftermath = async { (connections.all_free().await, requests.all_free().await) };
        drop(timeout(AFTERMATH, aftermath).await);
        let calls_cut = parts.background.close();
        DrainReport { requests_cut, connections_cut, calls_cut, took: started.elapsed() }
    }
}

// === impl Slots ===

impl Slots {
    fn new(all: usize) -> Self {
        let all = u32::try_from(all.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Slots { free: Arc::new(Semaphore::new(all as usize)), all }
    }

    async fn all_free(&self) {
        drop(self.free.acquire_many(self.all).await);
    }

    fn taken(&self) -> usize {
        (self.all as usize).saturating_sub(self.free.available_permits())
    }
}
