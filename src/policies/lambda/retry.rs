//! Making a call again.

use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use crate::aws::client::{Invocation, InvokeError, InvokeReply, LambdaClient, ServiceError, StreamReply, Target};
use crate::http_client::SendErrorKind;

use super::faults;
use super::short_forms::{RetryRules, RetryWhen};

/// No repetition waits longer, unless AWS asks for it.
const LONGEST: Duration = Duration::from_secs(10);

/// When a call is made again, how often and after how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub rules: RetryRules,
    /// How long one of several calls may take; all of them together have the time of the step.
    pub attempt_timeout: Option<Duration>,
}

/// The reply to a call: whole, or streamed.
pub(super) trait Reply: Sized {
    fn ask(
        client: &LambdaClient,
        target: &Target,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<Self, InvokeError>> + Send;
}

impl Reply for InvokeReply {
    fn ask(
        client: &LambdaClient,
        target: &Target,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<Self, InvokeError>> + Send {
        client.invoke(target, invocation)
    }
}

impl Reply for StreamReply {
    fn ask(
        client: &LambdaClient,
        target: &Target,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<Self, InvokeError>> + Send {
        client.stream(target, invocation)
    }
}

impl Retry {
    /// Calls a function until there is a reply, or a failure that no repetition would mend within the rules and the time of
    /// the invocation. Also says how many calls were made. A function that failed is a reply: it is not run again.
    pub(super) async fn call<T: Reply>(
        &self,
        client: &LambdaClient,
        target: &Target,
        invocation: &mut Invocation,
    ) -> (Result<T, InvokeError>, u32) {
        let deadline = invocation.deadline();
        let mut attempt = 1;
        loop {
            invocation.deadline = Some(deadline);
            if let Some(most) = self.attempt_timeout {
                invocation.timeout = invocation.timeout.min(most);
                invocation.deadline = Some(deadline.min(Instant::now() + most));
            }
            let error = match T::ask(client, target, invocation).await {
                Ok(reply) => return (Ok(reply), attempt),
                Err(error) => error,
            };
            let wait = self.backoff(attempt).max(asked_wait(&error));
            let in_time = Instant::now() + wait < deadline;
            if attempt >= self.rules.attempts || !self.repeats_after(&error) || !in_time {
                return (Err(error), attempt);
            }
            tracing::debug!(attempt, %error, wait_ms = wait.as_millis() as u64, "the call is made again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Whether the rules allow another call after this failure.
    fn repeats_after(&self, error: &InvokeError) -> bool {
        self.rules.when != RetryWhen::None && needs(error).is_some_and(|needed| needed <= self.rules.when)
    }

    /// How long to wait after this many calls.
    fn backoff(&self, attempts: u32) -> Duration {
        let whole = self.rules.backoff.0.saturating_mul(1 << (attempts - 1).min(16)).min(LONGEST);
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// The least that the author must have said for a call to be made again after this failure; `None` where that is no use.
fn needs(error: &InvokeError) -> Option<RetryWhen> {
    match error {
        InvokeError::Credentials(_) | InvokeError::Signing(_) => None,
        InvokeError::NotSent(error) => match error.kind {
            // A certificate does not become better, nor an address open.
            SendErrorKind::Tls | SendErrorKind::Guarded | SendErrorKind::RequestBody => None,
            _ => Some(RetryWhen::NotSent),
        },
        InvokeError::Timeout { sent: false } => Some(RetryWhen::NotSent),
        InvokeError::Timeout { sent: true } | InvokeError::Broken(_) => Some(RetryWhen::Always),
        InvokeError::Service(error) if error.is_throttled() => Some(RetryWhen::Throttled),
        InvokeError::Service(error) => passes(error).then_some(RetryWhen::Always),
    }
}

/// Whether an error of the service may be gone soon. A 502 with a name is about a key, a subnet or an image, and stays.
fn passes(error: &ServiceError) -> bool {
    let unnamed = error.status == StatusCode::BAD_GATEWAY && error.code.is_empty();
    let overloaded = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];
    faults::is_passing(error) || unnamed || overloaded.contains(&error.status)
}

/// How long AWS asks to wait.
fn asked_wait(error: &InvokeError) -> Duration {
    match error {
        InvokeError::Service(error) => error.retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Seconds;

    #[test]
    fn each_wait_is_between_a_half_and_the_whole_of_twice_the_one_before() {
        let backoff = Seconds(Duration::from_millis(100));
        let rules = RetryRules { backoff, ..RetryRules::default() };
        let retry = Retry { rules, attempt_timeout: None };
        for (attempts, whole) in [(1, 100), (2, 200), (3, 400), (8, 10_000), (10, 10_000)] {
            for _ in 0..20 {
                let wait = retry.backoff(attempts).as_millis();
                assert!((whole / 2..=whole).contains(&wait), "{attempts} {wait}");
            }
        }
    }

    #[test]
    fn each_rule_takes_those_before_it_along() {
        assert!(RetryWhen::None < RetryWhen::NotSent && RetryWhen::NotSent < RetryWhen::Throttled);
        assert!(RetryWhen::Throttled < RetryWhen::Always);
    }
}
