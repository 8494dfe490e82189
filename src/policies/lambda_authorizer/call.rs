//! The call of the function.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HeaderValue;
use http::{HeaderMap, StatusCode};

use crate::aws::client::{Invocation, InvokeError, InvokeReply, LambdaClient, Target};
use crate::runtime::{
    Call, CallContent, CallFailure, CallSite, CallTarget, Context, Fault, FaultKind, FaultSource, kinds,
};
use crate::value::Value;

/// The error text with which a function refuses a caller.
const REFUSES: &str = "Unauthorized";

/// The function, ready to be called.
pub(super) struct Function {
    pub site: CallSite,
    pub client: Arc<LambdaClient>,
    pub target: Target,
    pub name: Arc<str>,
    pub qualifier: Option<Arc<str>>,
    pub timeout: Duration,
}

impl Function {
    /// The answer of the function to an event.
    pub(super) async fn answer(
        &self,
        cx: &mut Context,
        payload: Bytes,
        trace_id: Option<HeaderValue>,
    ) -> Result<Bytes, Fault> {
        let now = tokio::time::Instant::now();
        let timeout = self.timeout.min(cx.state.budget.deadline.saturating_duration_since(now));
        let content = cx.state.is_recorded().then(|| CallContent::sent(&HeaderMap::new(), Some(payload.clone())));
        let mut invocation = Invocation { payload, timeout, deadline: Some(now + timeout), ..Invocation::default() };
        if trace_id.is_some() {
            invocation.call_headers().trace_id = trace_id;
        }
        let started = Instant::now();
        let mut attempts = 1;
        let mut reply = self.client.invoke(&self.target, &invocation).await;
        // The function did not run, so one more call risks nothing.
        if matches!(reply, Err(InvokeError::NotSent(_))) && tokio::time::Instant::now() < now + timeout {
            attempts = 2;
            reply = self.client.invoke(&self.target, &invocation).await;
        }
        let result = reply.as_ref().ok().map(|reply| reply.payload.clone());
        let answer = answered(reply);
        let failure = |fault: &Fault| CallFailure {
            kind: fault.kind.map_or("other", |kind| kind.name),
            cause: fault.cause.clone().unwrap_or_else(|| fault.message.clone()),
        };
        let outcome = answer.as_ref().map(|_| StatusCode::OK).map_err(failure);
        let (name, qualifier) = (self.name.clone(), self.qualifier.clone());
        let target = CallTarget::Function { name, qualifier, region: self.client.region().into() };
        let content = content.map(|mut content| {
            content.result = result;
            content
        });
        cx.state.call_ended(&self.site, Call { attempts, content, ..Call::ended(target, started, outcome) });
        answer.map_err(|mut fault| {
            cx.state.log_failed_call(&self.site, Some(&mut fault));
            fault
        })
    }
}

/// The answer, or the fault of a call without one.
fn answered(reply: Result<InvokeReply, InvokeError>) -> Result<Bytes, Fault> {
    let reply = reply.map_err(|error| failed(&kinds::AUTHORIZER, error))?;
    if reply.function_error.is_none() {
        return Ok(reply.payload);
    }
    let error = Value::parse_json(&reply.payload).unwrap_or_default();
    let text = |name: &str| error.get(name).map(|text| text.to_text().into_owned()).unwrap_or_default();
    if text("errorMessage") == REFUSES {
        return Err(unauthorized());
    }
    Err(failed(&kinds::AUTHORIZER_FUNCTION, format!("{}: {}", text("errorType"), text("errorMessage"))))
}

/// The fault of a caller who is not known.
pub(super) fn unauthorized() -> Fault {
    Fault::new(&kinds::UNAUTHORIZED, FaultSource::Client, "Unauthorized")
}

/// The fault of an authorizer that has not decided. Its cause is for the log only.
pub(super) fn failed(kind: &'static FaultKind, cause: impl ToString) -> Fault {
    Fault::new(kind, FaultSource::Upstream, "the authorizer did not decide whether the request may pass")
        .with_cause(cause)
}
