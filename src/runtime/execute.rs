//! The executor.

use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, timeout_at};

use super::context::{Context, Op, Pipeline};
use super::fault::{Fault, FaultSource};
use super::kinds;
use super::noting;
use super::outcome::{Next, Outcome};
use super::step_info::OpId;
use crate::value::{BodyError, BodyTimeout};

/// A step that waits should notice the deadline itself and raise the fault that fits it; this is how much later the
/// executor stops waiting for one that does not.
const GRACE: Duration = Duration::from_millis(250);

/// Runs the pipeline: the assembly, the handler of its fault if one takes it, then `finally`, then what runs
/// after every assembly. The response is what `message` holds afterwards; an error is a fault that nothing caught.
pub async fn execute(pipeline: &Pipeline, cx: &mut Context) -> Result<(), Fault> {
    let way = with_finally(pipeline, cx).await?;
    // The stages after the assembly have no response of the gateway's own to change.
    match pipeline.post.filter(|_| !matches!(way, After::End)) {
        Some(post) => run(pipeline, cx, post).await.map(drop),
        None => Ok(()),
    }
}

async fn with_finally(pipeline: &Pipeline, cx: &mut Context) -> Result<After, Fault> {
    let result = run(pipeline, cx, 0).await;
    let Some(finally) = pipeline.finally.filter(|_| !matches!(result, Ok(After::End))) else { return result };
    if let Err(fault) = &result {
        let step = fault.op.and_then(|op| pipeline.info.get(op as usize).cloned().flatten());
        cx.state.take_fault(fault.clone(), step);
    }
    renew_deadline(cx);
    let after = run(pipeline, cx, finally).await;
    result.and(after)
}

/// The part that runs after the steps.
enum After {
    Finally,
    End,
}

/// Walks the ops from `at` to a stop.
async fn run(pipeline: &Pipeline, cx: &mut Context, mut at: OpId) -> Result<After, Fault> {
    loop {
        let is_noted = cx.state.handling.recorder.is_some();
        if is_noted {
            noting::enter(pipeline, cx, at);
        }
        let result = match pipeline.ops.get(at as usize) {
            Some(Op::Step(step) | Op::Branch { test: step, .. }) => {
                let deadline = cx.state.budget.deadline + GRACE;
                match step.run(cx) {
                    Outcome::Ready(result) => result,
                    Outcome::Timely(future) => future.await,
                    Outcome::Wait(future) => timeout_at(deadline, future).await.unwrap_or_else(|_| Err(late())),
                }
            }
            Some(Op::LoadBody) => load_body(cx).await,
            Some(Op::Jump(to)) => {
                at = *to;
                continue;
            }
            Some(Op::Stop) | None => return ended(cx, After::Finally, false),
        };
        match result {
            Ok(Next::Continue) => at += 1,
            Ok(Next::Otherwise) => {
                if is_noted {
                    noting::otherwise(cx);
                }
                match pipeline.ops.get(at as usize) {
                    Some(Op::Branch { otherwise, .. }) => at = *otherwise,
                    _ => at += 1,
                }
            }
            Ok(Next::Stop) => return ended(cx, After::Finally, true),
            Ok(Next::End) => return ended(cx, After::End, true),
            Err(mut fault) => {
                fault.op = Some(at);
                // A script may have lost the state, and its recorder with it.
                if cx.state.handling.recorder.is_some() {
                    noting::failed(pipeline, cx, at, &fault);
                }
                let Some(handler) = pipeline.handler(at, &fault) else { return Err(fault) };
                let step = pipeline.info.get(at as usize).cloned().flatten();
                cx.state.take_fault(fault, step);
                renew_deadline(cx);
                at = handler.entry;
            }
        }
    }
}

/// A part of the pipeline is over, where a step may have said so.
fn ended(cx: &mut Context, way: After, stopped: bool) -> Result<After, Fault> {
    if cx.state.handling.recorder.is_some() {
        noting::leave(cx, stopped);
    }
    Ok(way)
}

fn renew_deadline(cx: &mut Context) {
    cx.state.budget.deadline = cx.state.budget.deadline.max(Instant::now() + cx.state.budget.handlers);
}

fn late() -> Fault {
    Fault::new(&kinds::RUNTIME, FaultSource::Gateway, "the request took longer than the gateway allows")
        .with_status(StatusCode::GATEWAY_TIMEOUT)
}

fn slow() -> Fault {
    let message = "the service took longer to send its answer than the call may take";
    Fault::new(&kinds::CONNECTION, FaultSource::Upstream, message).with_status(StatusCode::GATEWAY_TIMEOUT)
}

async fn load_body(cx: &mut Context) -> Result<Next, Fault> {
    let (limit, deadline) = (cx.state.budget.body_limit, cx.state.budget.deadline);
    let state = &mut *cx.state;
    let read_by = state.outgoing.message.read_by.map_or(deadline, |by| by.min(deadline));
    // A compressed response of an upstream is decompressed for the step that reads it; the body of a client stays as it came.
    let loading = async {
        match state.outgoing.is_response {
            true => state.outgoing.message.load_decoded(limit).await,
            false if state.route.pipeline.signs_body => state.outgoing.message.body.load_hashed(limit).await,
            false => state.outgoing.message.body.load(limit).await,
        }
    };
    let loaded = timeout_at(read_by, loading).await.map_err(|_| if read_by < deadline { slow() } else { late() })?;
    let loaded = loaded.and_then(|()| match state.route.pipeline.parses_body {
        true => state.outgoing.message.body.take_room_for_tree(),
        false => Ok(()),
    });
    loaded.map(|()| Next::Continue).map_err(|error| body_fault(&error, state.outgoing.is_response))?;
    // The pipeline's first op is this one where a step reads `request.body`; later ones find a body that steps may have set.
    if state.route.pipeline.keeps_request_body && !state.request.body_kept {
        state.request.body = state.outgoing.message.body.share();
        state.request.body_kept = true;
    }
    if state.handling.recorder.is_some() {
        noting::loaded(state);
    }
    Ok(Next::Continue)
}

/// A body that cannot be read is the client's doing on the way in and the upstream's on the way out.
fn body_fault(error: &BodyError, is_response: bool) -> Fault {
    if let BodyError::NoRoom(none) = error {
        return (*none).into();
    }
    let (kind, source, status) = match (is_response, error) {
        (true, _) => (&kinds::CONNECTION, FaultSource::Upstream, StatusCode::BAD_GATEWAY),
        (false, BodyError::TooLarge { .. }) => {
            (&kinds::BAD_REQUEST, FaultSource::Client, StatusCode::PAYLOAD_TOO_LARGE)
        }
        (false, BodyError::Gone | BodyError::NoRoom(_)) => {
            (&kinds::RUNTIME, FaultSource::Gateway, StatusCode::INTERNAL_SERVER_ERROR)
        }
        (false, BodyError::Broken(cause)) if cause.is::<BodyTimeout>() => {
            (&kinds::BAD_REQUEST, FaultSource::Client, StatusCode::REQUEST_TIMEOUT)
        }
        (false, BodyError::Broken(_)) => (&kinds::BAD_REQUEST, FaultSource::Client, StatusCode::BAD_REQUEST),
    };
    Fault::new(kind, source, error.to_string()).with_status(status)
}
