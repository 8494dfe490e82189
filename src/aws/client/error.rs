//! Why an invocation has no reply.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{StatusCode, response};

use crate::aws::credentials::CredentialsError;
use crate::http_client::SendError;
use crate::value::Value;

/// Why an invocation has no reply.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// There was nothing to sign with.
    #[error(transparent)]
    Credentials(CredentialsError),
    #[error("{0}")]
    Signing(String),
    /// No connection, or none that took the request: the function did not run.
    #[error("{0}")]
    NotSent(SendError),
    /// The deadline passed; after `sent` the function may be running.
    #[error("{}", if *.sent { "the function did not answer in time" } else { "time ran out before the call was sent" })]
    Timeout { sent: bool },
    /// The exchange broke after the request may have arrived.
    #[error("the answer did not arrive whole: {0}")]
    Broken(String),
    /// The Invoke API refused or failed.
    #[error(transparent)]
    Service(Box<ServiceError>),
}

/// An error of the Invoke API itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the Invoke API answered {status} {code}: {message}")]
pub struct ServiceError {
    pub status: StatusCode,
    /// The exception's name, such as `TooManyRequestsException`; empty where the answer has none.
    pub code: String,
    /// The message of AWS, without the parts of the signature that it repeats.
    pub message: String,
    /// How long AWS asks to wait.
    pub retry_after: Option<Duration>,
    /// Why a call was throttled, such as `ReservedFunctionConcurrentInvocationLimitExceeded`.
    pub reason: Option<String>,
}

impl InvokeError {
    pub(super) fn from_send(error: SendError) -> Self {
        match error.sent {
            false => InvokeError::NotSent(error),
            true if error.is_timeout() => InvokeError::Timeout { sent: true },
            true => InvokeError::Broken(error.to_string()),
        }
    }

    /// Whether the function may have run, or still run, although there is no reply.
    pub fn may_have_run(&self) -> bool {
        match self {
            InvokeError::Timeout { sent } => *sent,
            InvokeError::Broken(_) => true,
            InvokeError::Service(error) => error.status.is_server_error(),
            InvokeError::Credentials(_) | InvokeError::Signing(_) | InvokeError::NotSent(_) => false,
        }
    }
}

impl ServiceError {
    /// Takes code and message from wherever the answer has them: the header `x-amzn-errortype`, JSON, or XML.
    pub(super) fn read(head: &response::Parts, body: &[u8], session_token: Option<&str>) -> Self {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let json = Value::parse_json(body).unwrap_or_default();
        let text = std::str::from_utf8(body).unwrap_or_default();
        let member = |names: &[&str]| names.iter().find_map(|name| json.get(name)?.as_str());
        let code = header("x-amzn-errortype").or_else(|| member(&["__type", "code", "Code"]));
        let code = code.or_else(|| element(text, "Code")).unwrap_or_default();
        let message = member(&["message", "Message", "errorMessage"]).or_else(|| element(text, "Message"));
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.trim().parse().ok());
        ServiceError {
            status: head.status,
            code: bare_code(code).to_owned(),
            message: without_secrets(message.unwrap_or_default(), session_token),
            retry_after: retry_after.map(Duration::from_secs),
            reason: member(&["Reason", "reason"]).map(str::to_owned),
        }
    }

    /// Whether the call was refused because its temporary credentials are over.
    pub fn is_expired_token(&self) -> bool {
        matches!(self.code.as_str(), "ExpiredToken" | "ExpiredTokenException")
    }

    /// Whether AWS limits the rate or the concurrency of calls.
    pub fn is_throttled(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }
}

/// `com.amazonaws.lambda#ResourceNotFoundException:http://internal.amazon.com/…` holds the name in the middle.
fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

/// A refused signature is answered with the canonical request, which holds the session token.
fn without_secrets(message: &str, session_token: Option<&str>) -> String {
    let message = message.split("The Canonical String").next().unwrap_or_default().trim();
    match session_token.filter(|token| !token.is_empty()) {
        Some(token) => message.replace(token, "***"),
        None => message.to_owned(),
    }
}

/// The text of the first `<name>` element; the few errors that come as XML have no attributes and no nesting there.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&str, &str)], body: &str) -> ServiceError {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        ServiceError::read(&response.body(()).unwrap().into_parts().0, body.as_bytes(), Some("TOKEN"))
    }

    #[test]
    fn x6_throttling_keeps_reason_and_retry_after() {
        let body = r#"{"Reason":"FunctionInvocationRateLimitExceeded","Type":"User","message":"Rate Exceeded."}"#;
        let error = read(429, &[("x-amzn-errortype", "TooManyRequestsException"), ("retry-after", "3")], body);
        assert!(error.is_throttled());
        assert_eq!(error.code, "TooManyRequestsException");
        assert_eq!(error.reason.as_deref(), Some("FunctionInvocationRateLimitExceeded"));
        assert_eq!((error.message.as_str(), error.retry_after), ("Rate Exceeded.", Some(Duration::from_secs(3))));
    }

    #[test]
    fn x7_the_code_is_found_wherever_it_stands() {
        for (headers, body) in [
            (
                &[("x-amzn-errortype", "ResourceNotFoundException:http://internal.amazon.com/")][..],
                r#"{"Message":"m"}"#,
            ),
            (&[], r#"{"__type":"com.amazonaws#ResourceNotFoundException","message":"m"}"#),
            (&[], r#"{"Code":"ResourceNotFoundException","Message":"m"}"#),
            (&[], "<E><Error><Code>ResourceNotFoundException</Code><Message>m</Message></Error></E>"),
        ] {
            let error = read(404, headers, body);
            assert_eq!((error.code.as_str(), error.message.as_str()), ("ResourceNotFoundException", "m"), "{body}");
        }
        let silent = read(503, &[], "");
        assert_eq!((silent.code.as_str(), silent.message.as_str()), ("", ""));
    }

    #[test]
    fn c15_the_canonical_string_and_the_token_are_cut_out() {
        let body = r#"{"message":"TOKEN does not match. The Canonical String should have been 'host:TOKEN'"}"#;
        assert_eq!(read(403, &[], body).message, "*** does not match.");
    }
}
