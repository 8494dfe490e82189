//! Injected faults: answers that the real service may give, to test a `catch` locally.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::errors::Refusal;

/// `faults` of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InjectedFault {
    /// The response; without it the call only waits.
    pub answer: Option<Answer>,
    /// The affected calls: 1 is every call, 2 every second one.
    pub every: u64,
    /// How long the answer takes.
    pub delay: Duration,
}

/// The response to an affected call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// 429 TooManyRequestsException, with Retry-After.
    Throttled,
    /// 500 ServiceException.
    ServiceError,
    /// 409 SnapStartNotReadyException.
    NotReady,
    /// 502 ENILimitReachedException.
    NoNetwork,
    /// 403 AccessDeniedException.
    Denied,
    /// 200 with X-Amz-Function-Error; the handler does not run.
    FunctionError,
    /// The connection is closed without an answer.
    Closed,
}

/// The effect of a switch on a call that does not run.
pub enum Injected {
    Refused(Refusal),
    Failed(Bytes),
    Closed,
}

impl InjectedFault {
    /// Whether the call with this number, counted from 1, is one of those that fail.
    pub fn is_due(&self, number: u64) -> bool {
        number.is_multiple_of(self.every)
    }
}

impl Answer {
    pub fn switched(self) -> Injected {
        match self {
            Answer::Throttled => Injected::Refused(Refusal::too_many_requests()),
            Answer::ServiceError => Injected::Refused(Refusal::service("Service encountered an error.")),
            Answer::NotReady => Injected::Refused(Refusal::not_ready()),
            Answer::NoNetwork => Injected::Refused(Refusal::no_network()),
            Answer::Denied => Injected::Refused(Refusal::access_denied()),
            Answer::FunctionError => {
                let document = json!({"errorType": "Injected", "errorMessage": "`faults` in functions.yaml says so"});
                Injected::Failed(Bytes::from(document.to_string()))
            }
            Answer::Closed => Injected::Closed,
        }
    }
}
