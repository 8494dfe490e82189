//! Work that may take longer than the reactor can wait for it: it is done on another thread, to which the request is lent.

use std::sync::Arc;

use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, kinds};
use crate::value::{Body, Value};

/// Bodies of this size or smaller are worked on at once.
const AT_ONCE: usize = 16 * 1024;

/// An XPath expression may look at every node for every other one, so it weighs this many times its document.
const XPATH: usize = 8;

/// What a plan does with a request.
pub(crate) type Work<P> = fn(&P, &mut Context) -> Result<(), Fault>;

/// Does the work: at once where the bodies are small, otherwise beside the reactor.
pub(crate) fn work<'a, P: Send + Sync + ?Sized + 'static>(
    plan: &'a Arc<P>,
    cx: &'a mut Context,
    size: usize,
    work: Work<P>,
) -> Outcome<'a> {
    if size <= AT_ONCE {
        return match work(plan, cx) {
            Ok(()) => Outcome::done(),
            Err(fault) => Outcome::fault(fault),
        };
    }
    Outcome::wait(async move {
        let placeholder = cx.state.placeholder();
        let mut lent = Context { state: std::mem::replace(&mut cx.state, placeholder) };
        let plan = plan.clone();
        let task = tokio::task::spawn_blocking(move || {
            let result = work(&plan, &mut lent);
            (lent.state, result)
        });
        match task.await {
            Ok((state, result)) => {
                cx.state = state;
                result.map(|()| Next::Continue)
            }
            // The state did not come back; handlers see an empty message.
            Err(error) => {
                let fault = Fault::new(&kinds::RUNTIME, FaultSource::Gateway, "the gateway failed at this step");
                Err(fault.with_cause(error))
            }
        }
    })
}

/// About how many bytes a body is to work on.
pub(crate) fn size_of_body(body: &Body) -> usize {
    match body {
        Body::Bytes(bytes, _) => bytes.len(),
        Body::Value(value) => size_of(value),
        Body::Empty | Body::Stream(_) | Body::Gone => 0,
    }
}

/// The larger of what the client sent and `message`, for steps that may look into both.
pub(crate) fn size_of_bodies(cx: &Context, with_xpath: bool) -> usize {
    let size = size_of_body(&cx.state.outgoing.message.body).max(size_of_body(&cx.state.request.body));
    if with_xpath { size.saturating_mul(XPATH) } else { size }
}

/// About how many bytes a value is to work on. What is large enough is not counted to its end.
pub(crate) fn size_of(value: &Value) -> usize {
    let (mut size, mut open) = (0, vec![value]);
    while let Some(value) = open.pop() {
        size += match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
            Value::String(text) => text.len() + 8,
            Value::Binary(bytes) => bytes.len(),
            Value::Xml(document) => document.len() * 16,
            Value::Array(items) => {
                open.extend(items.iter().take(AT_ONCE));
                items.len()
            }
            Value::Object(members) => {
                open.extend(members.values().take(AT_ONCE));
                members.keys().take(AT_ONCE).map(|name| name.len()).sum()
            }
        };
        if size > AT_ONCE {
            break;
        }
    }
    size
}
