//! Checks of targets, in a task of their own.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http::header::{HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Request, Uri};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::target::{Target, TargetState};
use crate::http_client::HttpClient;
use crate::settings::HealthCheck;
use crate::value::BodyStream;

const GATEWAY: &str = concat!("Gantry/", env!("CARGO_PKG_VERSION"));

/// The checks of one upstream.
pub(super) struct Checks {
    upstream: Box<str>,
    rules: HealthCheck,
    http: HttpClient,
    targets: Vec<Checked>,
}

struct Checked {
    name: String,
    url: Uri,
    state: Arc<TargetState>,
    /// How many checks in a row have passed, and how many have failed.
    passed: u32,
    failed: u32,
}

impl Checks {
    pub(super) fn new(upstream: &str, rules: &HealthCheck, targets: &[Target], http: HttpClient) -> Self {
        let path = |target: &Target| target.url(rules.path.parse::<PathAndQuery>().ok()?).ok();
        let targets = targets.iter().filter_map(|target| {
            let (name, url, state) = (target.name(), path(target)?, target.state.clone());
            Some(Checked { name, url, state, passed: 0, failed: 0 })
        });
        Checks { upstream: upstream.into(), rules: rules.clone(), http, targets: targets.collect() }
    }

    /// Starts the task. `None` outside of a runtime.
    pub(super) fn start(self) -> Option<AbortHandle> {
        Some(Handle::try_current().ok()?.spawn(self.run()).abort_handle())
    }

    async fn run(mut self) {
        loop {
            let passed = join_all(self.targets.iter().map(|target| self.passes(&target.url))).await;
            for (target, passed) in self.targets.iter_mut().zip(passed) {
                target.note(passed, &self.rules, &self.upstream);
            }
            tokio::time::sleep(spread(self.rules.every.0)).await;
        }
    }

    async fn passes(&self, url: &Uri) -> bool {
        let mut request = Request::new(BodyStream::empty());
        *request.uri_mut() = url.clone();
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(GATEWAY));
        let answer = self.http.send(request, self.rules.timeout.0).await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }
}

impl Checked {
    fn note(&mut self, passed: bool, rules: &HealthCheck, upstream: &str) {
        let counted = if passed { &self.state.passed_checks } else { &self.state.failed_checks };
        counted.add();
        (self.passed, self.failed) = match passed {
            true => (self.passed.saturating_add(1), 0),
            false => (0, self.failed.saturating_add(1)),
        };
        let health = &self.state.health;
        if self.passed >= rules.healthy_after && health.set_fails_checks(false) {
            tracing::info!(upstream, target = self.name, "the checks of a target pass, and it is in use again");
        }
        if self.failed >= rules.unhealthy_after && health.set_fails_checks(true) {
            tracing::warn!(upstream, target = self.name, "the checks of a target fail, and it is left out");
        }
    }
}

/// The interval, a tenth more or less, so that many gateways do not check at once.
fn spread(every: Duration) -> Duration {
    every.mul_f64(0.9 + fastrand::f64() / 5.0)
}
