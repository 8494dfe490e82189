//! The listeners: connections in, responses out, under limits that are on from the start.
//!
//! [`bind`] takes both addresses, [`Bound::listen`] opens them, [`Listeners::serve`] serves until it is told to drain. hyper hands every request for an API to
//! `handler::handle`, which looks up its route in the current [`Snapshot`]; requests of operators go through an axum
//! router. Nothing is built here.
//!
//! A request is limited before it is looked at (`protocol`, `clock`, `connection`), checked before it is routed
//! (`checks`), run (`run`), answered (`reply`) and written down when its last byte has left (`exchange`).

mod admin;
mod admin_guard;
mod admission;
mod bind;
mod body;
mod checks;
mod clients;
mod clock;
mod connection;
mod control;
mod descriptors;
mod exchange;
mod failure;
mod forwarded;
mod framing;
mod handler;
mod handshake;
mod in_process;
mod listener;
mod memory;
mod origin;
mod peer;
mod protocol;
mod proxy_protocol;
mod ready;
mod refusals;
mod reply;
mod run;
mod serve;
mod stop;
mod stream;
mod tls;
mod traffic;
mod watched;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::resources::background::Background;
use crate::runtime::Snapshot;
use crate::telemetry::{AccessLog, Metrics, Records, Tracer};

pub use bind::{Addresses, BindError, Bound, Listeners, bind};
pub use control::{Control, LastLoad, Status};
pub use in_process::InProcess;
pub use ready::Readiness;
pub use serve::DrainReport;
pub use tls::{Material, Tls};

/// The ambiguous part of the bytes of an HTTP/1 connection, as they come in reads. For the fuzz targets.
#[doc(hidden)]
pub fn ambiguous_in<'b>(reads: impl IntoIterator<Item = &'b [u8]>) -> Option<&'static str> {
    let mut framing = framing::Framing::default();
    reads.into_iter().find_map(|bytes| framing.read(bytes).err()).map(|found| found.what)
}

/// The state that the server shares with the rest of the process.
#[derive(Clone)]
pub struct Parts {
    /// The current snapshot. Every request takes the one that is current when its headers have been read.
    pub snapshot: Arc<ArcSwap<Snapshot>>,
    pub metrics: Arc<Metrics>,
    /// None: no access log.
    pub access_log: Option<AccessLog>,
    /// None: no traces.
    pub tracer: Option<Tracer>,
    /// None: no records of requests.
    pub records: Option<Records>,
    pub ready: Arc<Readiness>,
    /// Calls in the background, which are waited for at the end.
    pub background: Arc<Background>,
    pub control: Arc<dyn Control>,
    /// None: plain HTTP.
    pub tls: Option<Arc<Tls>>,
}
