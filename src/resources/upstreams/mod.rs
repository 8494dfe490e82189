//! The upstreams of the settings. What is known of their targets survives a reload, also one that changes their rules.

mod budget;
mod check;
mod health;
mod metrics;
mod target;
mod upstream;

use std::sync::Arc;

use prometheus_client::collector::Collector;

use super::cache::Fingerprint;
use super::shared_by_key::SharedByKey;
use crate::http_client::{HttpClient, TlsOptions};
use crate::settings;
use check::Checks;
use metrics::UpstreamMetrics;
use target::{Target, TargetState};
use upstream::UpstreamState;

pub use upstream::{Full, Lease, Tried, Upstream};

/// The targets of an upstream, each of which is a bit of the set of those that were tried. The settings have no more.
const MOST_TARGETS: usize = u64::BITS as usize;

/// The upstreams of a process.
#[derive(Debug, Default)]
pub struct Upstreams {
    all: Arc<SharedByKey<Upstream>>,
    states: SharedByKey<UpstreamState>,
    targets: SharedByKey<TargetState>,
}

impl Upstreams {
    /// The upstream of this name under these settings, and under what is in the files of its TLS profile. It lasts as long as a
    /// snapshot has it. `http` makes the calls of its checks.
    pub fn get(&self, name: &str, settings: &settings::Upstream, tls: &TlsOptions, http: &HttpClient) -> Arc<Upstream> {
        let written = serde_json::to_string(settings).unwrap_or_default();
        let key = Fingerprint::new("upstream").with(name).with(&*written).with_tls(tls).key();
        self.all.get(key, || {
            let targets = settings.targets.iter().take(MOST_TARGETS).filter_map(|target| {
                let (scheme, authority) = target.origin()?;
                let key = Fingerprint::new("target").with(name).with(&scheme).with(&authority).key();
                let state = self.targets.get(key, TargetState::default);
                Some(Target { scheme, authority, weight: target.weight, state })
            });
            let state = self.states.get(Fingerprint::new("state").with(name).key(), UpstreamState::default);
            Upstream::new(name, settings, targets.collect(), state, http.clone())
        })
    }

    /// Starts the checks of upstreams that have none yet. They end with the upstream.
    pub fn start_checks(&self) {
        for upstream in self.all.live() {
            let Some(rules) = &upstream.settings.check else { continue };
            let checks = || Checks::new(&upstream.name, rules, &upstream.targets, upstream.http.clone()).start();
            upstream.checks.get_or_init(checks);
        }
    }

    /// The metrics of all of them.
    pub fn metrics(&self) -> Box<dyn Collector> {
        Box::new(UpstreamMetrics(self.all.clone()))
    }
}
