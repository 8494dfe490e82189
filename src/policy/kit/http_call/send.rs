//! Sends the requests of a call: one to a service, or several to targets of an upstream until one of them answers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::{PathAndQuery, Scheme};
use http::{Method, Response, Uri};
use tokio::time::Instant;

use super::answer;
use super::clients::Trust;
use super::invoke::Invoke;
use super::origin::UPSTREAM;
use super::outgoing::{Outgoing, Payload};
use crate::http_client::{Call as HttpCall, SendError, SendErrorKind};
use crate::resources::upstreams::{Lease, Tried, Upstream};
use crate::runtime::{Call, CallContent, CallTarget, Context, Fault};
use crate::settings::{Condition, Retries};
use crate::value::{Body, BodyStream};

/// No wait between two tries is longer.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// Why there is no answer.
pub(super) enum NoAnswer {
    Sending(SendError),
    Fault(Fault),
}

/// One request of several.
struct Try {
    number: u32,
    deadline: Instant,
    /// A body that is still whole, as nothing was sent.
    unsent: Option<BodyStream>,
}

/// How a try ended, as far as its target goes.
enum End {
    Well,
    Failed {
        condition: Condition,
        /// The target may have run the call.
        sent: bool,
    },
    /// It says nothing of the target.
    Unknown,
}

impl Invoke {
    /// Sends a request to the service or, if the call names an upstream, to its targets.
    pub(super) async fn send(
        &self,
        cx: &mut Context,
        mut outgoing: Outgoing,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        if outgoing.uri.scheme_str() == Some(UPSTREAM) {
            match &self.upstream {
                // In a box, so that other calls do not carry its room.
                Some(upstream) => return Box::pin(self.send_to(upstream, cx, outgoing, deadline)).await,
                // Something answers in the place of the network, and knows the service by its name.
                None => outgoing.uri = as_http(outgoing.uri)?,
            }
        }
        self.send_once(cx, outgoing, &mut Try { number: 1, deadline, unsent: None }).await
    }

    /// Sends a request to one target after the other, as the rules of the upstream allow.
    async fn send_to(
        &self,
        upstream: &Arc<Upstream>,
        cx: &mut Context,
        mut outgoing: Outgoing,
        deadline: Instant,
    ) -> Result<Response<Body>, NoAnswer> {
        let retries = upstream.settings().retries.as_ref();
        let path = outgoing.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
        let (mut tried, mut number) = (Tried::default(), 1);
        let Ok(mut lease) = upstream.pick(tried) else { return Err(self.refused(cx, outgoing)) };
        loop {
            lease.note(&mut tried);
            let again = retries.filter(|retries| number < retries.tries).map(|retries| (outgoing.again(), retries));
            outgoing.uri = lease.url(path.clone()).map_err(|_| NoAnswer::Sending(SendError::no_url()))?;
            let most = retries.and_then(|retries| retries.per_try_timeout);
            let own = most.map_or(deadline, |most| deadline.min(Instant::now() + most.0));
            let mut one = Try { number, deadline: own, unsent: None };
            let answer = self.send_once(cx, outgoing, &mut one).await;
            let end = End::of(&answer);
            end.tell(&mut lease);
            let wait = wait(number);
            let next = again.filter(|_| Instant::now() + wait < deadline);
            let next = next.and_then(|(again, retries)| repeated(again, &end, retries, one.unsent));
            let Some(next) = next.filter(|_| upstream.takes_retry()) else { return held(answer, lease) };
            tracing::debug!(request_id = %cx.state.request.id, tries = number, "a call of an upstream is made again");
            // Its place may be the one that the next try needs.
            drop(lease);
            tokio::time::sleep(wait).await;
            let Ok(another) = upstream.pick(tried) else { return answer };
            (outgoing, lease, number) = (next, another, number + 1);
        }
    }

    /// The error of a call that is not made.
    fn refused(&self, cx: &mut Context, outgoing: Outgoing) -> NoAnswer {
        let error = SendError::full();
        let target = CallTarget::Service { method: outgoing.method, uri: outgoing.uri };
        let call = Call::ended(target, Instant::now().into(), Err(error.call_failure()));
        cx.state.call_ended(&self.site, call);
        NoAnswer::Sending(error)
    }

    /// Sends one request, signed where the step signs.
    async fn send_once(
        &self,
        cx: &mut Context,
        mut outgoing: Outgoing,
        one: &mut Try,
    ) -> Result<Response<Body>, NoAnswer> {
        let client = self.clients.of(outgoing.trust);
        let key = match &self.signature {
            Some(signature) if !matches!(outgoing.trust, Trust::Elsewhere { .. }) => {
                let body = match &outgoing.payload {
                    Payload::Bytes(bytes) => bytes.clone(),
                    _ => Bytes::new(),
                };
                let Outgoing { method, uri, headers, .. } = &mut outgoing;
                let key = signature.sign(method, uri, headers, &body, one.deadline).await;
                Some((signature, key.map_err(NoAnswer::Fault)?))
            }
            _ => None,
        };
        let target = CallTarget::Service { method: outgoing.method.clone(), uri: outgoing.uri.clone() };
        let content = cx.state.is_recorded().then(|| CallContent::sent(&outgoing.headers, outgoing.payload.bytes()));
        let started = Instant::now();
        let left = one.deadline.saturating_duration_since(started);
        let mut sending = HttpCall::new(outgoing.into_request());
        let answer = client.send_call(&mut sending, left).await;
        let result = answer.as_ref().map(Response::status).map_err(SendError::call_failure);
        let call = Call { content, attempts: one.number, ..Call::ended(target, started.into(), result) };
        cx.state.call_ended(&self.site, call);
        one.unsent = sending.into_unsent_body();
        let answer = answer.map_err(NoAnswer::Sending)?;
        if let Some((signature, key)) = key {
            signature.learn(&answer, &key);
        }
        Ok(answer::received(answer))
    }
}

impl End {
    fn of(answer: &Result<Response<Body>, NoAnswer>) -> Self {
        let error = match answer {
            Ok(answer) if answer.status().as_u16() >= 400 => {
                return End::Failed { condition: Condition::Status(answer.status().as_u16()), sent: true };
            }
            Ok(_) => return End::Well,
            Err(NoAnswer::Sending(error)) => error,
            Err(NoAnswer::Fault(_)) => return End::Unknown,
        };
        let condition = match error.kind {
            SendErrorKind::RequestBody | SendErrorKind::Guarded | SendErrorKind::Full => return End::Unknown,
            _ if !error.sent => Condition::Connect,
            SendErrorKind::ResponseTimeout => Condition::Timeout,
            _ => Condition::Reset,
        };
        End::Failed { condition, sent: error.sent }
    }

    /// Lets the target be judged by it.
    fn tell(&self, lease: &mut Lease) {
        match self {
            End::Well => lease.ended(None),
            End::Failed { condition, .. } => lease.ended(Some(*condition)),
            End::Unknown => {}
        }
    }
}

/// The request of another try, where the rules allow one: a call that may have run is made again only if its method is listed, and
/// a body is sent again only if all of it is there.
fn repeated(mut again: Outgoing, end: &End, retries: &Retries, unsent: Option<BodyStream>) -> Option<Outgoing> {
    let End::Failed { condition, sent } = end else { return None };
    if !retries.on.contains(condition) || (*sent && !is_listed(&again.method, retries)) {
        return None;
    }
    if let (Payload::Lost, Some(whole), false) = (&again.payload, unsent, sent) {
        again.payload = Payload::Stream(whole);
    }
    (!matches!(again.payload, Payload::Lost)).then_some(again)
}

fn is_listed(method: &Method, retries: &Retries) -> bool {
    retries.methods.iter().any(|known| known == method.as_str())
}

/// The answer, which keeps its place among the calls of the target until it has been read.
fn held(answer: Result<Response<Body>, NoAnswer>, lease: Lease) -> Result<Response<Body>, NoAnswer> {
    answer.map(|answer| answer.map(|body| body.holding(lease)))
}

/// How long to wait after this many tries. Calls that failed at the same time do not come again at the same time.
fn wait(tries: u32) -> Duration {
    let most = Duration::from_millis(25).saturating_mul(1 << (tries - 1).min(8)).min(LONGEST_WAIT);
    most.mul_f64(fastrand::f64())
}

/// The URL of an upstream as one of HTTP.
fn as_http(uri: Uri) -> Result<Uri, NoAnswer> {
    let mut parts = uri.into_parts();
    parts.scheme = Some(Scheme::HTTP);
    Uri::from_parts(parts).map_err(|_| NoAnswer::Sending(SendError::no_url()))
}
