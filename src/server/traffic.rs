//! The state that all requests share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::Parts;
use super::admission::Admission;
use super::origin::Trust;
use super::stop::Stop;
use crate::runtime::RequestHooks;
use crate::settings::ServerLimits;

/// The state that all requests share.
pub(super) struct Traffic {
    pub(super) parts: Parts,
    pub(super) limits: ServerLimits,
    /// One permit for every request that may run at a time.
    pub(super) requests: Arc<Semaphore>,
    pub(super) stop: Stop,
    /// None: no proxy is trusted.
    pub(super) trust: Option<Arc<Trust>>,
    /// None: every address may call.
    pub(super) admission: Option<Arc<Admission>>,
    /// The port of HTTPS, where every request is sent there.
    pub(super) redirect: Option<u16>,
    /// Only in tests of authors.
    pub(super) hooks: Option<Arc<dyn RequestHooks>>,
}
