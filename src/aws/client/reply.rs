//! The response of the Invoke API when the call itself succeeded.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};
use http::{StatusCode, response};
use serde::Deserialize;

const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");

/// The answer to an invocation.
#[derive(Debug, Clone)]
pub struct InvokeReply {
    /// 200, 202 for `Event`, 204 for `DryRun`.
    pub status: StatusCode,
    /// The function's result, byte for byte; if it failed, AWS's JSON about the failure.
    pub payload: Bytes,
    /// The only sign that the function failed: the status is 200 all the same.
    pub function_error: Option<FunctionError>,
    pub facts: ReplyFacts,
}

/// The headers in which the service describes a call. They are not for the client.
#[derive(Debug, Clone)]
pub struct ReplyFacts(HeaderMap);

/// How a function failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionError {
    /// The function reported an error.
    Handled,
    /// The function threw, ran out of memory or time, or never started.
    Unhandled,
}

impl InvokeReply {
    pub(super) fn new(head: response::Parts, payload: Bytes) -> Self {
        // A queued event has no outcome yet, whatever a stand-in's header says.
        let error = head.headers.get(FUNCTION_ERROR).filter(|_| head.status == StatusCode::OK);
        let function_error = error.map(|value| match value.as_bytes() {
            b"Handled" => FunctionError::Handled,
            _ => FunctionError::Unhandled,
        });
        InvokeReply { status: head.status, payload, function_error, facts: ReplyFacts(head.headers) }
    }

    /// Whether the function failed because its own time was up: error type `Sandbox.Timedout`, or a message that says
    /// "Task timed out after" and a number.
    pub fn is_function_timeout(&self) -> bool {
        self.function_error == Some(FunctionError::Unhandled) && is_timeout(&self.payload)
    }
}

impl ReplyFacts {
    pub(super) fn new(headers: HeaderMap) -> Self {
        ReplyFacts(headers)
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.0
    }

    /// The version that ran, which an alias hides.
    pub fn executed_version(&self) -> Option<&str> {
        self.header("x-amz-executed-version")
    }

    /// The request's id in the function's log.
    pub fn request_id(&self) -> Option<&str> {
        self.header("x-amzn-requestid")
    }

    /// The ARN of the durable execution that ran.
    pub fn durable_execution_arn(&self) -> Option<&str> {
        self.header("x-amz-durable-execution-arn")
    }

    /// The last 4 KB of the function's log, where the call asked for it. The cut may fall inside a character.
    pub fn log_tail(&self) -> Option<String> {
        let decoded = BASE64_STANDARD.decode(self.0.get("x-amz-log-result")?).ok()?;
        Some(String::from_utf8_lossy(&decoded).into_owned())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }
}

/// Whether AWS's JSON about a failure says that the function's own time was up.
pub fn is_timeout(payload: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Failure {
        #[serde(default)]
        error_type: Option<String>,
        #[serde(default)]
        error_message: Option<String>,
    }
    let Ok(failure) = serde_json::from_slice::<Failure>(payload) else { return false };
    failure.error_type.as_deref() == Some("Sandbox.Timedout")
        || failure.error_message.is_some_and(|message| message.contains("Task timed out after "))
}
