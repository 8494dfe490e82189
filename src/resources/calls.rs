//! How many calls steps have made, how they ended and how long they took.
//!
//! Labels come from a bounded set: the steps and targets of documents, and for targets that requests choose, `other` once there
//! are many.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::runtime::{Call, DURATIONS, Observer, STATUSES, StepInfo, status_class};

/// Different pairs of a step and a target that are counted by their names.
const MOST_TARGETS: usize = 2000;

/// Counters of calls. One per process.
#[derive(Clone)]
pub struct CallCounters {
    /// The calls, by step, target and how they ended.
    pub ended: Family<EndLabels, Counter>,
    /// How long they took, by step and target.
    pub durations: Family<TargetLabels, Histogram, fn() -> Histogram>,
    targets: Arc<Mutex<usize>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct EndLabels {
    #[prometheus(flatten)]
    target: TargetLabels,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TargetLabels {
    policy: Arc<str>,
    step: Arc<str>,
    place: Arc<str>,
    target: Arc<str>,
}

/// The counters of one step.
struct StepCounters {
    all: CallCounters,
    step: Arc<StepInfo>,
    /// Those of the target that came first; most steps have one.
    first: OnceLock<TargetCounters>,
}

struct TargetCounters {
    labels: TargetLabels,
    duration: Histogram,
    succeeded: Counter,
}

impl Default for CallCounters {
    fn default() -> Self {
        let durations = Family::new_with_constructor((|| Histogram::new(DURATIONS)) as fn() -> Histogram);
        CallCounters { ended: Family::default(), durations, targets: Arc::default() }
    }
}

impl CallCounters {
    /// The observer of this step's calls.
    pub fn of(&self, step: &Arc<StepInfo>) -> Box<dyn Observer> {
        Box::new(StepCounters { all: self.clone(), step: step.clone(), first: OnceLock::new() })
    }

    fn counters(&self, step: &StepInfo, target: &str) -> TargetCounters {
        let (policy, title, place) = (step.policy.clone(), step.title.clone(), step.place.clone());
        let mut labels = TargetLabels { policy, step: title, place, target: target.into() };
        if self.durations.get(&labels).is_none() {
            let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
            match *targets < MOST_TARGETS {
                true => *targets += 1,
                false => labels.target = "other".into(),
            }
        }
        let duration = self.durations.get_or_create(&labels).clone();
        let succeeded = self.ended(&labels, "2xx");
        TargetCounters { labels, duration, succeeded }
    }

    /// The counter of calls of a target that end like this.
    fn ended(&self, target: &TargetLabels, outcome: &'static str) -> Counter {
        self.ended.get_or_create(&EndLabels { target: target.clone(), outcome }).clone()
    }
}

impl Observer for StepCounters {
    fn call_ended(&self, call: &Call) {
        let name = call.target.name();
        let first = self.first.get_or_init(|| self.all.counters(&self.step, name));
        match *first.labels.target == *name {
            true => self.count(first, call),
            false => self.count(&self.all.counters(&self.step, name), call),
        }
    }
}

impl StepCounters {
    fn count(&self, target: &TargetCounters, call: &Call) {
        target.duration.observe(call.duration.as_secs_f64());
        match outcome(call) {
            "2xx" => drop(target.succeeded.inc()),
            outcome => drop(self.all.ended(&target.labels, outcome).inc()),
        }
    }
}

/// The class of the status, or what failed.
fn outcome(call: &Call) -> &'static str {
    match (&call.failure, call.status) {
        (Some(failure), _) => failure.kind,
        (None, Some(status)) => STATUSES[status_class(status)],
        (None, None) => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use http::StatusCode;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    use super::*;
    use crate::runtime::{CallFailure, CallTarget};

    fn call(name: &str, result: Result<StatusCode, CallFailure>) -> Call {
        let target = CallTarget::Function { name: name.into(), qualifier: None, region: "eu-west-1".into() };
        Call::ended(target, Instant::now(), result)
    }

    #[test]
    fn calls_are_counted_by_step_target_and_end_and_names_are_bounded() {
        let counters = CallCounters::default();
        let step = StepInfo { policy: "lambda".into(), title: "Ask".into(), place: "a.yaml:1:2".into() };
        let observer = counters.of(&Arc::new(step));
        observer.call_ended(&call("f", Ok(StatusCode::OK)));
        observer.call_ended(&call("f", Ok(StatusCode::OK)));
        let failure = || CallFailure { kind: "timeout", cause: "late".to_owned() };
        observer.call_ended(&call("g", Err(failure())));
        for number in 0..2 * MOST_TARGETS {
            observer.call_ended(&call(&number.to_string(), Ok(StatusCode::BAD_GATEWAY)));
        }
        let (mut registry, mut text) = (Registry::default(), String::new());
        registry.register("calls", "Calls", counters.ended.clone());
        encode(&mut text, &registry).unwrap();
        for line in [
            r#"calls_total{policy="lambda",step="Ask",place="a.yaml:1:2",target="f",outcome="2xx"} 2"#,
            r#"calls_total{policy="lambda",step="Ask",place="a.yaml:1:2",target="g",outcome="timeout"} 1"#,
            r#"calls_total{policy="lambda",step="Ask",place="a.yaml:1:2",target="other",outcome="5xx"} 2002"#,
        ] {
            assert!(text.contains(line), "{line}\n{}", &text[..500]);
        }
    }
}
