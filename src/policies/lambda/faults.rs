//! The faults of a call, under the names that authors catch.

use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::answer;
use super::short_forms::ErrorStatuses;
use crate::aws::client::{FunctionError, InvokeError, InvokeReply, ServiceError, StreamError, is_timeout};
use crate::aws::response::OpenError;
use crate::runtime::{Fault, FaultKind, FaultSource, kinds};
use crate::value::{BodyTimeout, Value};

/// Errors of the Invoke API that pass by themselves; the rest need a person.
const TRY_LATER: [&str; 8] = [
    "CodeArtifactUserPendingException",
    "EC2ThrottledException",
    "ENINotReadyException",
    "ResourceNotReadyException",
    "ServiceException",
    "ServiceUnavailableException",
    "SnapStartNotReadyException",
    "SubnetIPAddressLimitReachedException",
];

/// The error type of a function whose answer is over Lambda's limit.
const TOO_LARGE: &str = "Function.ResponseSizeTooLarge";

/// Whether AWS says to try later.
pub(super) fn is_passing(error: &ServiceError) -> bool {
    TRY_LATER.contains(&error.code.as_str())
}

/// The fault of an invocation without a reply.
pub(super) fn of_error(error: InvokeError, function: &str) -> Fault {
    let upstream = |kind, message: String| Fault::new(kind, FaultSource::Upstream, message);
    match error {
        InvokeError::Credentials(error) => {
            let message = "the gateway has no valid AWS credentials for this function";
            Fault::new(&kinds::LAMBDA_CREDENTIALS, FaultSource::Gateway, message).with_cause(error)
        }
        InvokeError::Signing(cause) => {
            let message = "the call to the function could not be signed";
            Fault::new(&kinds::LAMBDA_CREDENTIALS, FaultSource::Gateway, message).with_cause(cause)
        }
        InvokeError::Timeout { .. } => {
            upstream(&kinds::LAMBDA_TIMEOUT, "the function did not answer in time".to_owned()).with_cause(function)
        }
        InvokeError::NotSent(cause) => {
            upstream(&kinds::CONNECTION, "could not connect to the Lambda service".to_owned())
                .with_status(StatusCode::BAD_GATEWAY)
                .with_cause(cause)
        }
        InvokeError::Broken(cause) => upstream(&kinds::CONNECTION, "the answer of the function was cut off".to_owned())
            .with_status(StatusCode::BAD_GATEWAY)
            .with_cause(cause),
        InvokeError::Service(error) => of_service_error(&error),
    }
}

fn of_service_error(error: &ServiceError) -> Fault {
    let (kind, message) = service_kind(error);
    let mut fault = Fault::new(kind, FaultSource::Upstream, message)
        .with_cause(error)
        .with_detail("code", error.code.as_str())
        .with_detail("serviceMessage", error.message.as_str())
        .with_detail("serviceStatus", error.status.as_u16());
    if std::ptr::eq(kind, &raw const kinds::LAMBDA_SERVICE) && is_passing(error) {
        fault = fault.with_status(StatusCode::SERVICE_UNAVAILABLE);
    }
    if let Some(reason) = &error.reason {
        fault = fault.with_detail("throttleReason", reason.as_str());
    }
    if let Some(wait) = error.retry_after {
        fault = fault.with_header(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    fault
}

/// AWS's details of a service error are for handlers and the log; the client gets one neutral sentence.
fn service_kind(error: &ServiceError) -> (&'static FaultKind, &'static str) {
    match error.status {
        StatusCode::TOO_MANY_REQUESTS => (&kinds::LAMBDA_THROTTLED, "the function is called too often at the moment"),
        StatusCode::PAYLOAD_TOO_LARGE => (&kinds::LAMBDA_PAYLOAD_TOO_LARGE, "the payload is too large for Lambda"),
        StatusCode::BAD_REQUEST if error.code == "InvalidRequestContentException" => {
            (&kinds::LAMBDA_PAYLOAD, "the payload for the function is not JSON")
        }
        _ => (&kinds::LAMBDA_SERVICE, "the Lambda service did not run the function"),
    }
}

/// The fault of a function that failed. What it said stays with the gateway, for handlers.
pub(super) fn of_function_error(reply: &InvokeReply, function: &str, statuses: ErrorStatuses) -> Fault {
    let status = match reply.function_error {
        _ if reply.is_function_timeout() => statuses.time_out,
        Some(FunctionError::Handled) => statuses.handled,
        Some(FunctionError::Unhandled) | None => statuses.unhandled,
    };
    of_failure(&reply.payload, reply.is_function_timeout(), status, function)
}

fn of_failure(payload: &[u8], timed_out: bool, status: u16, function: &str) -> Fault {
    let payload = Value::parse_json(payload).unwrap_or_default();
    let detail = |name: &str| payload.get(name).map(Value::from).unwrap_or_default();
    let message = match detail("errorType").to_text().as_ref() {
        _ if timed_out => "the function ran out of its time",
        TOO_LARGE => "the answer of the function is larger than the 6 MB that Lambda takes",
        _ => "the function failed",
    };
    let cause = format!("{function}: {}: {}", detail("errorType").to_text(), detail("errorMessage").to_text());
    Fault::new(&kinds::LAMBDA_FUNCTION, FaultSource::Upstream, message)
        .with_status(StatusCode::from_u16(status).unwrap_or(kinds::LAMBDA_FUNCTION.status))
        .with_cause(cause)
        .with_detail("errorType", detail("errorType"))
        .with_detail("errorMessage", detail("errorMessage"))
        .with_detail("payload", payload.clone())
}

/// The fault of a stream that broke off before the first byte of its body, or has no head that can be read.
pub(super) fn of_stream(error: OpenError, function: &str, statuses: ErrorStatuses) -> Fault {
    let upstream = |kind, message: String| Fault::new(kind, FaultSource::Upstream, message);
    let error = match error {
        OpenError::Stream(error) => error,
        OpenError::Head(error) => return answer::no_response(&error),
        wrong => return upstream(&kinds::LAMBDA_RESPONSE, wrong.to_string()),
    };
    if error.is::<BodyTimeout>() {
        let message = "the function did not answer in time".to_owned();
        return upstream(&kinds::LAMBDA_TIMEOUT, message).with_cause(function);
    }
    match error.downcast_ref::<StreamError>() {
        Some(StreamError::Function { details, .. }) => {
            let timed_out = is_timeout(details.as_bytes());
            let status = if timed_out { statuses.time_out } else { statuses.unhandled };
            of_failure(details.as_bytes(), timed_out, status, function)
        }
        Some(StreamError::Service(code)) => {
            upstream(&kinds::LAMBDA_SERVICE, "the Lambda service broke the answer off".to_owned())
                .with_detail("code", code.as_str())
        }
        _ => upstream(&kinds::CONNECTION, "the answer of the function was cut off".to_owned())
            .with_status(StatusCode::BAD_GATEWAY)
            .with_cause(error),
    }
}
