//! Work that takes longer than the reactor may be blocked: the state of the request is moved to another thread and returned.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::base::cores;
use crate::runtime::{Context, Fault, FaultSource, Next, Outcome, kinds};
use crate::value::{Body, Kind, Value, joined};

/// Bodies of this size or smaller are worked on at once.
const AT_ONCE: usize = 16 * 1024;

/// An XPath expression may look at every node for every other one, so it weighs this many times its document.
const XPATH: usize = 8;

/// The work of a plan on a request.
pub(crate) type Work<P> = fn(&P, &mut Context) -> Result<(), Fault>;

/// Does the work: at once where the bodies are small, otherwise on another thread.
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

/// Work that [`until`] does at a time. More of it would only take the processor from the threads that serve requests.
static AT_A_TIME: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(at_a_time()));

fn at_a_time() -> usize {
    cores().max(2)
}

/// Does work on another thread, when its turn comes; `None` where that is not before the deadline. The flag is set when
/// the request no longer waits, and the work must end then.
pub(crate) async fn until<T: Send + 'static>(
    deadline: Instant,
    work: impl FnOnce(Arc<AtomicBool>) -> T + Send + 'static,
) -> Option<T> {
    let permit = timeout_at(deadline, AT_A_TIME.acquire()).await.ok()?.ok()?;
    let cancelled = Arc::new(AtomicBool::new(false));
    let _waiting = CancelOnDrop(cancelled.clone());
    Some(
        joined(tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(cancelled)
        }))
        .await,
    )
}

/// Set when a request no longer waits.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
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
    let (mut size, mut open) = (0, vec![value.view()]);
    while let Some(value) = open.pop() {
        size += match value.kind() {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => 8,
            Kind::String(text) => text.len() + 8,
            Kind::Binary(bytes) => bytes.len(),
            Kind::Xml(document) => document.len() * 16,
            Kind::List(items) => {
                open.extend(items.iter().take(AT_ONCE));
                items.len()
            }
            Kind::Object(members) => {
                open.extend(members.iter().take(AT_ONCE).map(|(_, value)| value));
                members.iter().take(AT_ONCE).map(|(name, _)| name.len()).sum()
            }
        };
        if size > AT_ONCE {
            break;
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn work_is_told_when_its_request_no_longer_waits() {
        let (tell, told) = channel();
        let work = until(Instant::now() + Duration::from_secs(10), move |cancelled| {
            while !cancelled.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            tell.send(()).unwrap();
        });
        assert!(timeout(Duration::from_millis(20), work).await.is_err());
        told.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[tokio::test]
    async fn work_whose_turn_does_not_come_in_time_is_left() {
        let held = AT_A_TIME.acquire_many(at_a_time() as u32).await.unwrap();
        assert_eq!(until(Instant::now() + Duration::from_millis(20), |_| 7).await, None);
        drop(held);
        assert_eq!(until(Instant::now() + Duration::from_secs(10), |_| 7).await, Some(7));
    }
}
