use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::counted::Counted;
use crate::base::{Generation, LogThrottle};
use crate::identity::{Directory, Limit, LimitRules};
use crate::resources::counters::{Change, Count, Counters, Counting, Operation};
use crate::runtime::{AnswerHeader, Context, Fault, FaultSource, LimitState, Next, Outcome, Step, kinds};

/// A flood of keys is told once a minute.
static NO_ROOM: LogThrottle = LogThrottle::new();

/// A compiled `ratelimit`.
pub(super) struct Ratelimit {
    pub limits: Box<[Counted]>,
    /// The plans of known callers, whose limits take the place of the others.
    pub directory: Option<Arc<Directory>>,
    pub counters: Arc<dyn Counters>,
}

/// A limit that counts this request.
#[derive(Clone, Copy)]
struct Applied<'l> {
    limit: &'l Limit,
    /// The step's configuration of it; `None` for a limit of the caller's plan.
    counted: Option<&'l Counted>,
}

impl Applied<'_> {
    fn operation(&self) -> Operation {
        self.counted.map_or(Operation::Consume, |counted| counted.operation)
    }

    fn change(&self, cx: &Context) -> Result<Change, Fault> {
        let (key, weight) = match self.counted {
            Some(counted) => (counted.key(cx), counted.weight(cx)?),
            None => (self.limit.counter, 1),
        };
        let LimitRules { most, window, hard, .. } = self.limit.rules;
        Ok(Change { limit: self.limit.counter, key, operation: self.operation(), weight, most, hard, window })
    }
}

impl Ratelimit {
    /// The limits for this request: those of the caller's plan, where both are known.
    fn limits(&self, cx: &Context) -> impl Iterator<Item = Applied<'_>> + use<'_> {
        let (of_plan, own) = match (&self.directory, &cx.state.identity.caller) {
            (Some(directory), Some(caller)) => {
                (directory.limits(caller, cx.state.route.operation.number), &[] as &[Counted])
            }
            _ => (&[] as &[Limit], &*self.limits),
        };
        let of_plan = of_plan.iter().map(|limit| Applied { limit, counted: None });
        of_plan.chain(own.iter().map(|counted| Applied { limit: &counted.limit, counted: Some(counted) }))
    }

    /// Notes a count; says whether the request ends here.
    fn note(&self, applied: Applied<'_>, change: &Change, count: Count, cx: &mut Context) -> Result<(), Fault> {
        let Limit { name, rules, .. } = applied.limit;
        let LimitRules { most, hard, client, give_back, window } = *rules;
        let refused = count.exceeded && hard && applied.operation() != Operation::Update;
        cx.state.budget.limits.note(LimitState {
            name: name.clone(),
            limit: most,
            remaining: count.remaining,
            reset: count.reset,
            shown: client && window.is_some(),
        });
        let generation = cx.state.route.pipeline.generation;
        let state = &mut *cx.state;
        state
            .outgoing
            .answer_headers
            .extend(state.budget.limits.headers(generation).map(|(name, value)| AnswerHeader::Set(name, value)));
        if count.no_room
            && let Some(others) = NO_ROOM.now()
        {
            tracing::warn!(limit = %name, others, "a limit has no room for another counter");
        }
        if refused {
            let fault = refusal(applied, generation).with_detail("limit", &**name);
            let seconds = count.reset.as_secs() + u64::from(count.reset.subsec_nanos() > 0);
            return Err(match (client, window) {
                (true, Some(_)) => fault.with_header(RETRY_AFTER, HeaderValue::from(seconds)),
                (true, None) => fault,
                (false, _) => fault.with_status(StatusCode::SERVICE_UNAVAILABLE),
            });
        }
        if count.exceeded {
            tracing::warn!(limit = %name, request_id = %cx.state.request.id, "more than a soft limit");
        }
        if give_back && applied.operation() == Operation::Consume {
            let change = Change { operation: Operation::Replenish, ..change.clone() };
            cx.state.budget.limits.hold(GiveBack { counters: self.counters.clone(), change });
        }
        Ok(())
    }

    /// Counts from the limit `at` on, of which the store is still thinking.
    async fn wait(&self, at: usize, first: Change, counting: Counting, cx: &mut Context) -> Result<Next, Fault> {
        let mut pending = Some((first, counting));
        let limits: Vec<_> = self.limits(cx).skip(at).collect();
        for limit in limits {
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
                        tracing::warn!(limit = %limit.limit.name, %error, "a limit was not counted");
                        continue;
                    }
                },
            };
            self.note(limit, &change, count, cx)?;
        }
        Ok(Next::Continue)
    }
}

/// The v5 engine has a name of its own for a plan's limit.
fn refusal(applied: Applied<'_>, generation: Generation) -> Fault {
    let fault = |message| Fault::new(&kinds::ASSEMBLY_RATE_LIMIT, FaultSource::Client, message);
    match (applied.counted, generation) {
        (None, Generation::V5) => {
            let mut fault = fault("Rate limit exceeded");
            fault.name = "RateLimitExceeded".into();
            fault
        }
        _ => fault("Rate Limit exceeded"),
    }
}

impl Step for Ratelimit {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        for (at, limit) in self.limits(cx).enumerate() {
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
