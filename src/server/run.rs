//! Running a pipeline so that nothing it does harms its neighbours.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use http::StatusCode;
use tokio::task::JoinError;

use super::clients::Slot;
use super::failure::{Facts, Failure};
use super::reply::reply;
use super::stop::Phase;
use super::traffic::Traffic;
use crate::runtime::{Context, Fault, FaultSource, StepInfo, error_document, execute, kinds};
use crate::value::{Message, panic_message};

/// The result of a request.
pub(super) struct Ended {
    pub(super) message: Message,
    pub(super) facts: Facts,
}

/// Runs the context's pipeline. One that has handlers or a `finally`, or counts what runs at a time, runs to its end even when the
/// client leaves; another one is dropped together with this future.
pub(super) async fn run(traffic: &Arc<Traffic>, slot: Option<Arc<Slot>>, cx: Context) -> Ended {
    let pipeline = &cx.state.route.pipeline;
    let (id, format) = (cx.state.request.id.clone(), pipeline.error_format);
    if !pipeline.runs_to_end {
        return guarded(traffic, cx).await;
    }
    let (running, stop) = (traffic.clone(), traffic.stop.clone());
    let task = tokio::spawn(async move {
        let _slot = slot;
        tokio::select! {
            ended = guarded(&running, cx) => Some(ended),
            () = stop.reached(Phase::Cut) => None,
        }
    });
    match outcome(task.await) {
        Outcome::Ended(ended) => ended,
        Outcome::Cut => {
            let fault = cut(&id);
            Ended { message: error_document(&fault, format), facts: Facts::default() }
        }
        Outcome::Panicked(fault) => {
            traffic.parts.metrics.fault(&fault.name, None);
            let message = error_document(&fault, format);
            let failure = Some(Failure { fault: fault.name.to_string(), step: None });
            Ended { message, facts: Facts { failure, ..Facts::default() } }
        }
    }
}

/// How a request's own task ended.
enum Outcome<T> {
    Ended(T),
    /// The shutdown ended it.
    Cut,
    Panicked(Fault),
}

fn outcome<T>(result: Result<Option<T>, JoinError>) -> Outcome<T> {
    match result.map_err(JoinError::try_into_panic) {
        Ok(Some(ended)) => Outcome::Ended(ended),
        // The runtime cancels tasks only when it ends itself.
        Ok(None) | Err(Err(_)) => Outcome::Cut,
        Err(Ok(panic)) => Outcome::Panicked(panicked(&*panic)),
    }
}

/// The fault of a request that the shutdown does not let run to its end.
fn cut(id: &str) -> Fault {
    tracing::warn!(request_id = %id, "cut by the shutdown");
    Fault::new(&kinds::RUNTIME, FaultSource::Gateway, "The gateway is shutting down")
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
}

/// Runs it, counts and logs what went wrong. A step that panics fails its own request only.
async fn guarded(traffic: &Traffic, mut cx: Context) -> Ended {
    let pipeline = cx.state.route.pipeline.clone();
    let id = cx.state.request.id.clone();
    let result = AssertUnwindSafe(execute(&pipeline, &mut cx)).catch_unwind().await;
    if let Some(hooks) = &traffic.hooks {
        hooks.end(&mut cx);
    }
    let result = match result {
        Ok(result) => result.and_then(|()| reply(&mut cx.state)),
        Err(panic) => Err(panicked(&*panic)),
    };
    let (mut message, fault, step) = match result {
        Ok(mut message) => match cx.state.handling.error.take() {
            None => {
                cx.state.finish(&mut message);
                return Ended { message, facts: Facts::of(&mut cx.state, None) };
            }
            Some((fault, step)) => {
                log_fault(&id, &fault, step.as_deref(), true);
                (message, fault, step)
            }
        },
        Err(fault) => {
            let step = fault.op.and_then(|op| pipeline.info.get(op as usize).cloned().flatten());
            log_fault(&id, &fault, step.as_deref(), false);
            let shown = fault.clone().naming(step.as_deref());
            (error_document(&shown, pipeline.error_format), fault, step)
        }
    };
    cx.state.finish(&mut message);
    traffic.parts.metrics.fault(&fault.name, step.as_ref().map(|step| &step.policy));
    let failure = Failure { fault: fault.name.to_string(), step };
    Ended { message, facts: Facts::of(&mut cx.state, Some(failure)) }
}

/// Logs a fault. What a client or an author meant to happen, and what a handler took, is no warning; what has a line is not said
/// again.
fn log_fault(id: &str, fault: &Fault, step: Option<&StepInfo>, is_handled: bool) {
    let status = (!is_handled).then(|| fault.status.as_u16());
    let handled = is_handled.then_some(true);
    let (title, place) = (step.map(|step| &*step.title), step.map(|step| &*step.place));
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id = id, fault = %fault.name, status, step = title, place, cause = fault.cause, handled,
                "{}", fault.message
            )
        };
    }
    match fault.source {
        _ if fault.is_logged => line!(debug),
        FaultSource::Upstream | FaultSource::Gateway if !is_handled => line!(warn),
        _ => line!(info),
    }
}

/// The client learns that it was us, the log learns what it was.
fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let cause = panic_message(panic);
    tracing::error!(cause, "a step panicked: this is a defect in Gantry");
    Fault::new(&kinds::RUNTIME, FaultSource::Gateway, "The gateway failed on this request").with_cause(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_not_reported_as_a_shutdown() {
        let ended = tokio::spawn(async { Some(1) }).await;
        assert!(matches!(outcome(ended), Outcome::Ended(1)));
        let cut = tokio::spawn(async { None::<()> }).await;
        assert!(matches!(outcome(cut), Outcome::Cut));
        let broken = tokio::spawn(async { panic!("at the wrong place") });
        let Outcome::Panicked(fault) = outcome::<()>(broken.await) else { panic!("not a panic") };
        assert_eq!(fault.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(fault.message, "The gateway failed on this request");
        assert_eq!(fault.cause.as_deref(), Some("at the wrong place"));
    }
}
