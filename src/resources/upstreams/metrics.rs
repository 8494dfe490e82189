//! The metrics of upstreams, which are read when they are scraped.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::health::Standing;
use super::target::TargetState;
use super::upstream::Upstream;
use crate::resources::shared_by_key::SharedByKey;

/// Reads the upstreams that a snapshot uses.
#[derive(Debug)]
pub(super) struct UpstreamMetrics(pub(super) Arc<SharedByKey<Upstream>>);

/// Reads a counter of a target.
type Read = fn(&TargetState) -> u64;

/// A target under its name.
struct Row {
    upstream: Arc<Upstream>,
    index: usize,
    name: String,
}

impl Collector for UpstreamMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut upstreams = self.0.live();
        // During a reload there may be an old and a new one of a name; what they know is the same.
        upstreams.sort_by(|one, other| one.name.cmp(&other.name));
        upstreams.dedup_by(|one, other| one.name == other.name);
        let rows: Vec<Row> = upstreams.iter().flat_map(rows).collect();
        let help = "Whether a target is called: 1, or 0 while it is left out";
        let mut family = encoder.encode_descriptor("upstream_healthy", help, None, MetricType::Gauge)?;
        for row in &rows {
            let is_healthy = row.upstream.standing(row.index) == Standing::InUse;
            gauge(&mut family, &row.labels(), u64::from(is_healthy))?;
        }
        let help = "Calls of a target that are running";
        let mut family = encoder.encode_descriptor("upstream_running", help, None, MetricType::Gauge)?;
        for row in &rows {
            gauge(&mut family, &row.labels(), row.state().running.running() as u64)?;
        }
        let counters: [(&str, &str, Read); 3] = [
            ("upstream_calls", "Calls of a target, retries included", |state| state.calls.get()),
            ("upstream_retries", "Calls that were made again, by the target of the new try", |state| {
                state.retries.get()
            }),
            ("upstream_ejections", "How often a target was left out because of failed calls", |state| {
                state.ejections.get()
            }),
        ];
        for (name, help, value) in counters {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for row in &rows {
                counter(&mut family, &row.labels(), value(row.state()))?;
            }
        }
        let help = "Health checks of a target, by how they ended";
        let mut family = encoder.encode_descriptor("upstream_checks", help, None, MetricType::Counter)?;
        for row in rows.iter().filter(|row| row.upstream.settings.check.is_some()) {
            let [upstream, target] = row.labels();
            let state = row.state();
            counter(&mut family, &[upstream, target, ("outcome", "passed")], state.passed_checks.get())?;
            counter(&mut family, &[upstream, target, ("outcome", "failed")], state.failed_checks.get())?;
        }
        let help = "Calls and retries of an upstream that were not made, by the limit that refused them";
        let mut family = encoder.encode_descriptor("upstream_refused", help, None, MetricType::Counter)?;
        for upstream in &upstreams {
            let (name, state) = (("upstream", &*upstream.name), &upstream.state);
            counter(&mut family, &[name, ("reason", "circuit_breaker")], state.refused.get())?;
            counter(&mut family, &[name, ("reason", "retry_budget")], state.over_budget.get())?;
        }
        Ok(())
    }
}

impl Row {
    fn labels(&self) -> [(&str, &str); 2] {
        [("upstream", &self.upstream.name), ("target", &self.name)]
    }

    fn state(&self) -> &TargetState {
        &self.upstream.targets[self.index].state
    }
}

fn rows(upstream: &Arc<Upstream>) -> impl Iterator<Item = Row> {
    let all = upstream.targets.iter().enumerate();
    all.map(|(index, target)| Row { upstream: upstream.clone(), index, name: target.name() })
}

fn gauge<const N: usize>(
    family: &mut MetricEncoder<'_>,
    labels: &[(&str, &str); N],
    value: u64,
) -> Result<(), fmt::Error> {
    ConstGauge::new(value).encode(family.encode_family(labels)?)
}

fn counter<const N: usize>(
    family: &mut MetricEncoder<'_>,
    labels: &[(&str, &str); N],
    value: u64,
) -> Result<(), fmt::Error> {
    ConstCounter::new(value).encode(family.encode_family(labels)?)
}
