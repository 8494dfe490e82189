//! A target of an upstream.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use super::health::Health;
use crate::resources::bulkhead::Bulkhead;

/// A target as one upstream has it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) scheme: Scheme,
    pub(super) authority: Authority,
    pub(super) weight: u32,
    pub(super) state: Arc<TargetState>,
}

/// What is known of a target, which survives a reload.
#[derive(Debug, Default)]
pub(super) struct TargetState {
    pub(super) health: Health,
    /// The calls that are running.
    pub(super) running: Arc<Bulkhead>,
    pub(super) calls: Count,
    pub(super) retries: Count,
    pub(super) ejections: Count,
    pub(super) passed_checks: Count,
    pub(super) failed_checks: Count,
}

/// A number for metrics.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Target {
    /// Its name in logs and metrics.
    pub(super) fn name(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// The URL of a path at this target. The error cannot come: every path has one.
    pub(super) fn url(&self, path: PathAndQuery) -> Result<Uri, http::Error> {
        Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(path).build()
    }
}
