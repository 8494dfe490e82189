use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::{counts_per, reads_of};
use crate::expression::{Builtin, Jsonata, Reference, Root, Scope, Template};
use crate::openapi::Api;
use crate::policy::{Compiler, Directory};
use crate::resources::cache::{Fingerprint, Key};
use crate::resources::counters::{Change, Count, Counters, Counting, Operation};
use crate::runtime::{AnswerHeader, Context, Fault, FaultSource, LimitState, Next, Outcome, Step, kinds};
use crate::settings::{Per, Rate};
use crate::value::Value;

/// A compiled `ratelimit`.
pub(super) struct Ratelimit {
    pub limits: Box<[Counted]>,
    /// Where a known caller's own limits are, which take the place of the others.
    pub directory: Option<Arc<Directory>>,
    pub counters: Arc<dyn Counters>,
}

/// What a limit says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub most: u64,
    pub window: Option<Duration>,
    pub hard: bool,
    pub client: bool,
    /// What was counted is taken back when the assembly is over.
    pub give_back: bool,
}

/// A limit with what it counts by.
pub struct Counted {
    name: Arc<str>,
    operation: Operation,
    rules: Rules,
    /// Kind, name, and what is known at load of what it counts by.
    place: Key,
    application: Option<Reference>,
    value: Option<Template>,
    weight: Option<Jsonata>,
}

impl Counted {
    #[allow(clippy::too_many_arguments, reason = "every part of a limit is one")]
    pub(super) fn new(
        kind: &'static str,
        name: &str,
        operation: Operation,
        rules: Rules,
        per: &[Per],
        value: Option<Template>,
        weight: Option<Jsonata>,
        compiler: &Compiler<'_, '_>,
    ) -> Self {
        let mut place = Fingerprint::new("limit").with(kind).with(name);
        if counts_per(per, Per::Api) {
            let api = compiler.shared.api;
            place = place.with(&*api.name).with(&*api.version);
        }
        let path = ["app".into(), "id".into()].into();
        let application = Reference { root: Root::Builtin(Builtin::Client), path };
        let application = counts_per(per, Per::Application).then_some(application);
        Counted { name: name.into(), operation, rules, place: place.key(), application, value, weight }
    }

    /// A limit of a plan: every application has a count of its own.
    pub(in crate::policy) fn of_plan(
        kind: &'static str,
        name: &str,
        rate: Rate,
        hard: bool,
        (application, plan, api): (&str, &str, &Api),
        operation: Option<usize>,
    ) -> Self {
        let place = Fingerprint::new("plan").with(kind).with(name).with(application).with(plan);
        let place = place.with(&*api.name).with(&*api.version).with(&operation).key();
        let rules = Rules { most: rate.most, window: Some(rate.window), hard, client: true, give_back: false };
        let operation = Operation::Consume;
        Counted { name: name.into(), operation, rules, place, application: None, value: None, weight: None }
    }

    pub(super) fn reads(&self) -> Vec<Reference> {
        let mut reads: Vec<Reference> = self.application.iter().cloned().collect();
        reads.extend(self.value.iter().flat_map(Template::references).cloned());
        reads.extend(self.weight.iter().flat_map(reads_of));
        reads
    }

    fn change(&self, cx: &Context) -> Result<Change, Fault> {
        let text = |reference: &Reference| cx.text(reference);
        let key = match (&self.application, &self.value) {
            (None, None) => self.place,
            (application, value) => Fingerprint::new("counter")
                .with(&self.place)
                .with(&application.as_ref().map(text))
                .with(&value.as_ref().map(|value| value.text(cx).into_owned()))
                .key(),
        };
        let Rules { most, window, hard, .. } = self.rules;
        Ok(Change { key, operation: self.operation, weight: self.weight(cx)?, most, hard, window })
    }

    /// How much the request counts; nought and less stand for one.
    fn weight(&self, cx: &Context) -> Result<u64, Fault> {
        let Some(weight) = &self.weight else { return Ok(1) };
        let failed = |what: String| Fault::new(&kinds::RUNTIME, FaultSource::Gateway, what);
        let value = weight.evaluate(cx).map_err(|error| failed(format!("the limit's weight: {error}")))?;
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null => Some(1.0),
            _ => None,
        };
        let number = number.ok_or_else(|| failed("the limit's weight is not a number".to_owned()))?;
        Ok(if number < 1.0 { 1 } else { number as u64 })
    }
}

impl Ratelimit {
    /// The limits for this request: those of the caller's plan, where both are known.
    fn limits(&self, cx: &Context) -> &[Counted] {
        match (&self.directory, &cx.state.caller) {
            (Some(directory), Some(caller)) => directory.limits(caller, cx.state.operation.number),
            _ => &self.limits,
        }
    }

    /// Notes a count; says whether the request ends here.
    fn note(&self, limit: &Counted, change: &Change, count: Count, cx: &mut Context) -> Result<(), Fault> {
        let Rules { most, hard, client, give_back, .. } = limit.rules;
        let refused = count.exceeded && hard && limit.operation != Operation::Update;
        cx.state.limits.note(LimitState {
            name: limit.name.clone(),
            limit: most,
            remaining: count.remaining,
            reset: count.reset,
            shown: client && limit.rules.window.is_some(),
        });
        let state = &mut *cx.state;
        state.answer_headers.extend(state.limits.headers().map(|(name, value)| AnswerHeader::Set(name, value)));
        if refused {
            let kind = &kinds::ASSEMBLY_RATE_LIMIT;
            let fault = Fault::new(kind, FaultSource::Client, "Rate Limit exceeded");
            let fault = fault.with_detail("limit", &*limit.name);
            let seconds = count.reset.as_secs() + u64::from(count.reset.subsec_nanos() > 0);
            return Err(match (client, limit.rules.window) {
                (true, Some(_)) => fault.with_header(RETRY_AFTER, HeaderValue::from(seconds)),
                (true, None) => fault,
                (false, _) => fault.with_status(StatusCode::SERVICE_UNAVAILABLE),
            });
        }
        if count.exceeded {
            tracing::warn!(limit = %limit.name, request_id = %cx.state.request.id, "more than a soft limit");
        }
        if give_back && limit.operation == Operation::Consume {
            let change = Change { operation: Operation::Replenish, ..change.clone() };
            cx.state.limits.hold(GiveBack { counters: self.counters.clone(), change });
        }
        Ok(())
    }

    /// Counts from the limit `at` on, of which the store is still thinking.
    async fn wait(&self, at: usize, first: Change, counting: Counting, cx: &mut Context) -> Result<Next, Fault> {
        let mut pending = Some((first, counting));
        for limit in self.limits(cx).get(at..).unwrap_or_default() {
            let (change, counting) = match pending.take() {
                Some(pending) => pending,
                None => {
                    let change = limit.change(cx)?;
                    let counting = self.counters.change(&change);
                    (change, counting)
                }
            };
            let count = match counting {
                Counting::Ready(count) => count,
                Counting::Wait(future) => match future.await {
                    Ok(count) => count,
                    // A store that is away must not take the service with it.
                    Err(error) => {
                        tracing::warn!(limit = %limit.name, %error, "a limit was not counted");
                        continue;
                    }
                },
            };
            self.note(limit, &change, count, cx)?;
        }
        Ok(Next::Continue)
    }
}

impl Step for Ratelimit {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        for (at, limit) in self.limits(cx).iter().enumerate() {
            let change = match limit.change(cx) {
                Ok(change) => change,
                Err(fault) => return Outcome::fault(fault),
            };
            match self.counters.change(&change) {
                Counting::Ready(count) => {
                    if let Err(fault) = self.note(limit, &change, count, cx) {
                        return Outcome::fault(fault);
                    }
                }
                waiting => return Outcome::wait(self.wait(at, change, waiting, cx)),
            }
        }
        Outcome::done()
    }
}

/// Takes back what a request has counted.
struct GiveBack {
    counters: Arc<dyn Counters>,
    change: Change,
}

impl Drop for GiveBack {
    fn drop(&mut self) {
        if let Counting::Wait(future) = self.counters.change(&self.change)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(future);
        }
    }
}
