//! One run of a script: turns on its thread, and waiting between them.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rquickjs::{Array, Ctx, Function, IntoJs, Object, Value};

use super::answer::{Answer, Done, End, Line};
use super::evaluate::evaluate;
use super::failure::{Failure, Reason, SCRIPT};
use super::host::{Chatter, Host, fix};
use super::mail::Outcome;
use super::queue::{Job, Queue};
use super::realm::Realm;
use super::source::Code;
use super::{Dialect, Script, values};
use crate::base::Generation;
use crate::expression::Scope;

/// A run that has begun.
pub(super) struct Run {
    script: Arc<Script>,
    line: Arc<Line>,
    used: Duration,
    host: Rc<Host>,
    realm: Realm,
    holds: Cell<bool>,
}

/// How a turn ended.
pub(super) enum Turn {
    Waits(Box<Run>),
    /// The realm is to be put back.
    Ended(Realm),
}

impl Run {
    /// The first turn.
    pub(super) fn begin(job: Job, realm: Realm, queue: Arc<Queue>, chatter: Arc<Chatter>) -> Turn {
        let Job { id, script, cx, reactor, line } = job;
        let host = Rc::new(Host::new(id, cx, script.clone(), queue, reactor, chatter, realm.limits));
        realm.enter(&host);
        let mut run = Run { script, line, used: Duration::ZERO, host, realm, holds: Cell::new(true) };
        let result = run.timed(|run, ctx, hooks| {
            let begin: Function<'_> = hooks.get("begin")?;
            let is_v10 = run.host.cx.borrow().state.route.pipeline.generation == Generation::V10;
            begin.call::<_, ()>((is_v10,))?;
            fix(ctx, &run.host)?;
            run.main(ctx, hooks)
        });
        run.settle(result)
    }

    /// The turn behind an operation that is over.
    pub(super) fn resume(mut self, operation: u32, outcome: Outcome) -> Turn {
        if let (Some(call), Some(calls)) = (outcome.call(), &self.script.reach.calls) {
            let state = &mut self.host.cx.borrow_mut().state;
            state.call_ended(&calls.site, call.clone());
            state.log_failed_call(&calls.site, None);
        }
        if !self.host.operations.borrow_mut().end(operation) {
            return Turn::Waits(Box::new(self));
        }
        let result = self.timed(|_, ctx, hooks| {
            let dispatch: Function<'_> = hooks.get("dispatch")?;
            let outcome = outcome.into_js(ctx)?;
            dispatch.call::<_, ()>((operation, outcome))
        });
        self.settle(result)
    }

    /// The last turn of a run that nobody waits for.
    pub(super) fn stop(self) -> Turn {
        self.end(End::Failed(Failure::of(Reason::Late, "the script was waiting for a call or a timer")))
    }

    /// The time that it may still run.
    pub(super) fn left(&self) -> Duration {
        self.realm.limits.time.saturating_sub(self.used)
    }

    /// The script itself.
    fn main<'js>(&self, ctx: &Ctx<'js>, hooks: &Object<'js>) -> rquickjs::Result<()> {
        if !self.script.bound.is_empty() {
            let cx = self.host.cx.borrow();
            let bound = Array::new(ctx.clone())?;
            for (index, reference) in self.script.bound.iter().enumerate() {
                bound.set(index, values::to_js(ctx, &cx.get(reference))?)?;
            }
            ctx.globals().set(super::substitution::BOUND, bound)?;
        }
        let value: Value<'js> = match &self.script.code {
            Code::Function(code) => code.evaluate(ctx)?.get::<Function<'js>>()?.call(())?,
            Code::Statements(text) => evaluate(ctx, text, SCRIPT)?,
        };
        if self.script.dialect == Dialect::Condition {
            self.holds.set(hooks.get::<_, Function<'js>>("truth")?.call((value,))?);
        }
        Ok(())
    }

    /// Runs JavaScript and then what it left to be run at once, within the time that is left.
    fn timed(
        &mut self,
        first: impl for<'js> FnOnce(&Run, &Ctx<'js>, &Object<'js>) -> rquickjs::Result<()>,
    ) -> Result<(), Failure> {
        let started = Instant::now();
        let guard = self.realm.guard.clone();
        guard.clock.start(self.left(), Some(self.line.clone()));
        let run = &*self;
        let result = run.realm.with(|ctx, hooks| {
            let result = first(run, ctx, hooks).and_then(|()| run.drain(ctx, hooks));
            result.map_err(|error| run.failure(ctx, &error))
        });
        let result = result.unwrap_or_else(|error| Err(Failure::plain(error.to_string())));
        self.used += started.elapsed();
        match guard.clock.fired() {
            Some(Reason::Time) => Err(Failure::too_long(self.realm.limits.time)),
            Some(reason) => Err(Failure::of(reason, "the script was stopped")),
            None => match guard.rejected.take() {
                Some(failure) if result.is_ok() => Err(failure),
                _ => result,
            },
        }
    }

    fn failure(&self, ctx: &Ctx<'_>, error: &rquickjs::Error) -> Failure {
        match error {
            rquickjs::Error::Exception => Failure::pending(ctx),
            error => Failure::plain(error.to_string()),
        }
    }

    /// Promises, then one callback, and so on.
    fn drain<'js>(&self, ctx: &Ctx<'js>, hooks: &Object<'js>) -> rquickjs::Result<()> {
        let next: Function<'_> = hooks.get("next")?;
        loop {
            while ctx.execute_pending_job() {
                if self.realm.guard.clock.fired().is_some() {
                    return Ok(());
                }
            }
            if !next.call::<_, bool>(())? {
                return Ok(());
            }
        }
    }

    /// Ends the run where nothing is left to wait for.
    fn settle(mut self, result: Result<(), Failure>) -> Turn {
        if let Err(failure) = result {
            return self.end(End::Failed(failure));
        }
        if self.host.operations.borrow().is_waiting() && self.host.rejection.borrow().is_none() {
            return Turn::Waits(Box::new(self));
        }
        let rejection = self.host.rejection.borrow_mut().take();
        if self.script.dialect == Dialect::JavaScript {
            let finished = self.timed(|_, _, hooks| {
                let finish: Function<'_> = hooks.get("finish")?;
                finish.call::<_, ()>(())
            });
            if let Err(failure) = finished {
                return self.end(End::Failed(failure));
            }
        }
        match rejection {
            Some(rejection) => {
                let fault = self.host.fault(rejection);
                self.end(End::Rejected(fault))
            }
            None => {
                let holds = self.holds.get();
                self.end(End::Holds(holds))
            }
        }
    }

    /// Sends the state home.
    fn end(self, end: End) -> Turn {
        self.host.operations.borrow_mut().abort();
        self.line.send(Answer::Done(Box::new(Done { cx: self.host.take(), end })));
        Turn::Ended(self.realm)
    }
}

impl<'js> IntoJs<'js> for Outcome {
    fn into_js(self, ctx: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        let object = Object::new(ctx.clone())?;
        match self {
            Outcome::Timer => {}
            Outcome::Failed { code, message, .. } => {
                object.set("code", code)?;
                object.set("error", message)?;
            }
            Outcome::Response { status, reason, headers, body, .. } => {
                object.set("status", status)?;
                object.set("reason", reason)?;
                object.set("headers", ctx.json_parse(headers)?)?;
                object.set("body", values::to_bytes(ctx, &body)?)?;
            }
        }
        Ok(object.into_value())
    }
}
