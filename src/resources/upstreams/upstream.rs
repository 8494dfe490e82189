//! An upstream: picks a target for each call, and learns from how calls end.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use tokio::task::AbortHandle;

use super::budget::Budget;
use super::health::Standing;
use super::target::{Count, Target};
use crate::http_client::HttpClient;
use crate::resources::bulkhead::{Bulkhead, Permit};
use crate::settings::{self, Condition};

/// A service with several targets.
pub struct Upstream {
    pub(super) name: Box<str>,
    pub(super) settings: settings::Upstream,
    pub(super) targets: Box<[Target]>,
    /// Running totals of the weights: the numbers below the first pick the first target, and so on.
    ends: Box<[u64]>,
    pub(super) state: Arc<UpstreamState>,
    /// Ends the task that checks the targets.
    pub(super) checks: OnceLock<Option<AbortHandle>>,
    /// Makes the calls of the checks.
    pub(super) http: HttpClient,
}

/// What is known of an upstream, which survives a reload.
#[derive(Debug, Default)]
pub(super) struct UpstreamState {
    pub(super) running: Arc<Bulkhead>,
    budget: Budget,
    /// Calls that were not made, as too many were running.
    pub(super) refused: Count,
    /// Retries that were not made, as there had been too many.
    pub(super) over_budget: Count,
    /// One ejection at a time, so that no more targets are left out than may be.
    ejecting: Mutex<()>,
}

/// A call of a target. Dropped, it is over.
pub struct Lease {
    upstream: Arc<Upstream>,
    target: usize,
    /// It finds out whether an ejected target is well.
    is_trial: bool,
    _permits: (Permit, Permit),
}

/// The targets that a call has been made at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried(u64);

/// As many calls are running as may at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as many calls of the upstream are running as may at a time")]
pub struct Full;

// === impl Upstream ===

impl Upstream {
    pub(super) fn new(
        name: &str,
        settings: &settings::Upstream,
        targets: Box<[Target]>,
        state: Arc<UpstreamState>,
        http: HttpClient,
    ) -> Self {
        let ends = targets.iter().scan(0, |total, target| {
            *total += u64::from(target.weight);
            Some(*total)
        });
        let ends = ends.collect();
        Upstream { name: name.into(), settings: settings.clone(), targets, ends, state, checks: OnceLock::new(), http }
    }

    /// Its settings.
    pub fn settings(&self) -> &settings::Upstream {
        &self.settings
    }

    /// Whether this is the URL of one of its targets.
    pub fn has(&self, url: &Uri) -> bool {
        self.targets.iter().any(|target| {
            let own_port = if target.scheme == Scheme::HTTPS { 443 } else { 80 };
            url.scheme() == Some(&target.scheme)
                && url.host().is_some_and(|host| host.eq_ignore_ascii_case(target.authority.host()))
                && url.port_u16().unwrap_or(own_port) == target.authority.port_u16().unwrap_or(own_port)
        })
    }

    /// Whether a target is called over TLS.
    pub fn is_https(&self) -> bool {
        self.targets.iter().any(|target| target.scheme == Scheme::HTTPS)
    }

    /// Whether a target is called over plain HTTP on another machine.
    pub fn is_plain_http(&self) -> bool {
        self.targets.iter().any(|target| {
            let host = target.authority.host();
            let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
            target.scheme == Scheme::HTTP && !is_here
        })
    }

    /// Picks a target for a call, by weight: one that is in use, or one that is due for a trial; not one that the call has been
    /// made at, if there is another one. Where every target is left out, all of them are used.
    pub fn pick(self: &Arc<Self>, tried: Tried) -> Result<Lease, Full> {
        let most = self.settings.circuit_breaker.requests.map_or(usize::MAX, |most| most as usize);
        let lease = self.state.running.enter(most).and_then(|all| {
            let (target, is_trial, permit) = self.choose(tried.0)?;
            Some(Lease { upstream: self.clone(), target, is_trial, _permits: (all, permit) })
        });
        match lease {
            Some(lease) => {
                let state = &self.targets[lease.target].state;
                state.calls.add();
                match (&self.settings.retries, tried.0) {
                    (None, _) => {}
                    (Some(_), 0) => self.state.budget.call(now()),
                    (Some(_), _) => state.retries.add(),
                }
                Ok(lease)
            }
            None => {
                self.state.refused.add();
                Err(Full)
            }
        }
    }

    /// Whether the budget allows another retry, which then counts.
    pub fn takes_retry(&self) -> bool {
        let Some(retries) = &self.settings.retries else { return false };
        let takes = self.state.budget.retry(now(), retries.budget);
        if !takes {
            self.state.over_budget.add();
        }
        takes
    }

    fn choose(&self, tried: u64) -> Option<(usize, bool, Permit)> {
        let total = self.ends.last().copied().filter(|total| *total > 0)?;
        let number = fastrand::u64(0..total);
        let first = self.ends.partition_point(|end| *end <= number);
        if tried & 1 << first == 0
            && let Some((is_trial, permit)) = self.take(first, false)
        {
            return Some((first, is_trial, permit));
        }
        for (left_out, is_any) in [(tried, false), (0, false), (tried, true), (0, true)] {
            let mut left_out = left_out;
            while let Some(next) = self.draw(left_out, is_any) {
                if let Some((is_trial, permit)) = self.take(next, is_any) {
                    return Some((next, is_trial, permit));
                }
                left_out |= 1 << next;
            }
        }
        None
    }

    /// One of the targets that are not left out, by weight; with `is_any` also one that is not in use.
    fn draw(&self, left_out: u64, is_any: bool) -> Option<usize> {
        let all = || {
            let all = self.targets.iter().enumerate();
            all.filter(move |(index, _)| {
                left_out & 1 << index == 0 && (is_any || self.standing(*index) != Standing::Out)
            })
        };
        let total: u64 = all().map(|(_, target)| u64::from(target.weight)).sum();
        let mut number = fastrand::u64(0..total.max(1));
        for (index, target) in all() {
            match number.checked_sub(u64::from(target.weight)) {
                Some(rest) => number = rest,
                None => return Some(index),
            }
        }
        None
    }

    /// Enters a target, unless it is left out or full; says whether to find out if it is well.
    fn take(&self, index: usize, is_any: bool) -> Option<(bool, Permit)> {
        let state = &self.targets[index].state;
        let is_trial = match self.standing(index) {
            Standing::InUse => false,
            Standing::Due if state.health.begin_trial() => true,
            _ if is_any => false,
            _ => return None,
        };
        let most = self.settings.circuit_breaker.requests_per_target.map_or(usize::MAX, |most| most as usize);
        let permit = state.running.enter(most);
        if permit.is_none() && is_trial {
            state.health.end_trial();
        }
        permit.map(|permit| (is_trial, permit))
    }

    /// Whether a target may be called, by the rules that there are now.
    pub(super) fn standing(&self, index: usize) -> Standing {
        let health = &self.targets[index].state.health;
        if self.settings.check.is_some() && health.fails_checks() {
            return Standing::Out;
        }
        if self.settings.eject.is_some() { health.standing(now) } else { Standing::InUse }
    }

    fn failed(&self, index: usize, is_trial: bool) {
        let (Some(rules), target) = (&self.settings.eject, &self.targets[index]) else { return };
        let health = &target.state.health;
        // A call that began before an ejection says nothing new.
        if !is_trial && (health.is_ejected() || health.failed() < rules.after_failures) {
            return;
        }
        let _turn = self.state.ejecting.lock().unwrap_or_else(PoisonError::into_inner);
        let ejected = self.targets.iter().filter(|target| target.state.health.is_ejected()).count();
        let most = self.targets.len() as u64 * u64::from(rules.most.millionths()) / 1_000_000;
        if !is_trial && (health.is_ejected() || ejected as u64 >= most) {
            return;
        }
        let time = health.eject(rules, now());
        target.state.ejections.add();
        let (upstream, target, ms) = (&*self.name, target.name(), time.as_millis() as u64);
        tracing::warn!(upstream, target, for_ms = ms, "calls of a target failed, and it is left out");
    }

    fn succeeded(&self, index: usize, is_trial: bool) {
        let target = &self.targets[index];
        if !is_trial {
            target.state.health.succeeded();
            return;
        }
        target.state.health.come_back(now());
        tracing::info!(upstream = &*self.name, target = target.name(), "a target is in use again");
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if let Some(Some(checks)) = self.checks.get() {
            checks.abort();
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("name", &self.name).finish_non_exhaustive()
    }
}

// === impl Lease ===

impl Lease {
    /// The URL of a path at the target.
    pub fn url(&self, path: PathAndQuery) -> Result<Uri, http::Error> {
        self.upstream.targets[self.target].url(path)
    }

    /// Adds the target to those that the call has been made at.
    pub fn note(&self, tried: &mut Tried) {
        tried.0 |= 1 << self.target;
    }

    /// The call has an answer or has failed; the target is judged by that. A call that is given up says nothing.
    pub fn ended(&mut self, failure: Option<Condition>) {
        let rules = self.upstream.settings.eject.as_ref();
        match failure.is_some_and(|failure| rules.is_some_and(|rules| rules.on.contains(&failure))) {
            true => self.upstream.failed(self.target, self.is_trial),
            false => self.upstream.succeeded(self.target, self.is_trial),
        }
        self.end_trial();
    }

    fn end_trial(&mut self) {
        if std::mem::take(&mut self.is_trial) {
            self.upstream.targets[self.target].state.health.end_trial();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.end_trial();
    }
}

/// Milliseconds of a clock that only goes forward.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    // From then on no time is 0, and "long ago" is before the start.
    let start = START.get_or_init(Instant::now);
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1_000_000_000)
}
