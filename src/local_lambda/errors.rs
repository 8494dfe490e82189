//! Refusals of the Invoke API, in the shapes the Lambda service model gives them.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;
use serde_json::json;

/// A call that never reached a handler: status, error code and message as AWS sends them.
///
/// The code travels in the `x-amzn-ErrorType` header; the message in the JSON body, under the
/// member name the service model uses for that error (`Message` or `message`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    kind: Kind,
}

/// The shape of an error's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Modelled errors with `Type` and `Message`: ResourceNotFoundException, ServiceException.
    Capital,
    /// All other modelled errors: `Type` and `message`.
    Small,
    /// As `Small`, with the `Reason` of a throttled call.
    Throttled,
    /// Errors of the authentication layer and of request validation: only `message`.
    Bare,
}

impl Refusal {
    /// The JSON body.
    pub fn body(&self) -> String {
        let fault = if self.status.is_server_error() { "Service" } else { "User" };
        match self.kind {
            Kind::Capital => json!({"Type": fault, "Message": self.message}),
            Kind::Small => json!({"Type": fault, "message": self.message}),
            Kind::Throttled => json!({
                "Type": fault,
                "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
                "message": self.message,
            }),
            Kind::Bare => json!({"message": self.message}),
        }
        .to_string()
    }

    /// Seconds the caller is told to wait, for throttled calls only.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        (self.kind == Kind::Throttled).then_some(1)
    }

    fn new(status: StatusCode, code: &'static str, kind: Kind, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into(), kind }
    }

    /// No such function, version or alias; `arn` includes the qualifier that was asked for.
    pub fn function_not_found(arn: &str) -> Refusal {
        Refusal::not_found(format!("Function not found: {arn}"))
    }

    /// An ARN that belongs to another region.
    pub fn other_region(asked: &str, here: &str) -> Refusal {
        Refusal::not_found(format!("Functions from '{asked}' are not reachable in this region ('{here}')"))
    }

    fn not_found(message: String) -> Refusal {
        let code = "ResourceNotFoundException";
        Refusal::new(StatusCode::NOT_FOUND, code, Kind::Capital, message)
    }

    /// A path or method this service does not have.
    pub fn unknown_operation(method: &str, path: &str) -> Refusal {
        let code = "UnknownOperationException";
        let message = format!(
            "The local Lambda service only answers POST /2015-03-31/functions/NAME/invocations, not {method} {path}"
        );
        Refusal::new(StatusCode::NOT_FOUND, code, Kind::Bare, message)
    }

    /// The qualifier in the function name and the one in the query differ.
    pub fn qualifiers_differ() -> Refusal {
        let code = "InvalidParameterValueException";
        let message = "The derived qualifier from the function name does not match the specified qualifier.";
        Refusal::new(StatusCode::BAD_REQUEST, code, Kind::Small, message)
    }

    /// A parameter outside its pattern or enumeration.
    pub fn invalid(member: &str, value: &str, constraint: &str) -> Refusal {
        let message = format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy {constraint}"
        );
        let code = "ValidationException";
        Refusal::new(StatusCode::BAD_REQUEST, code, Kind::Bare, message)
    }

    /// The payload or the client context is not what the API takes.
    pub fn invalid_content(message: impl Into<String>) -> Refusal {
        let code = "InvalidRequestContentException";
        Refusal::new(StatusCode::BAD_REQUEST, code, Kind::Small, message)
    }

    /// The payload is over `limit` bytes.
    pub fn too_large(limit: usize) -> Refusal {
        let message = format!("Request must be smaller than {limit} bytes for the Invoke operation");
        let code = "RequestTooLargeException";
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, code, Kind::Small, message)
    }

    /// The function already runs as many invocations as its concurrency allows.
    pub fn too_many_requests() -> Refusal {
        let code = "TooManyRequestsException";
        let status = StatusCode::TOO_MANY_REQUESTS;
        Refusal::new(status, code, Kind::Throttled, "Rate Exceeded.")
    }

    /// A version with SnapStart that is still made ready.
    pub fn not_ready() -> Refusal {
        let message =
            "Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.";
        Refusal::new(StatusCode::CONFLICT, "SnapStartNotReadyException", Kind::Capital, message)
    }

    /// No network interface can be made in the function's VPC.
    pub fn no_network() -> Refusal {
        let message =
            "Lambda could not create an elastic network interface: the limit for network interfaces is reached.";
        Refusal::new(StatusCode::BAD_GATEWAY, "ENILimitReachedException", Kind::Capital, message)
    }

    /// The caller may not invoke.
    pub fn access_denied() -> Refusal {
        Refusal::denied("AccessDeniedException", "The caller is not authorized to perform: lambda:InvokeFunction")
    }

    /// A fault of this service itself.
    pub fn service(message: impl Into<String>) -> Refusal {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Refusal::new(status, "ServiceException", Kind::Capital, message)
    }

    /// No `Authorization` header.
    pub fn missing_authentication() -> Refusal {
        let code = "MissingAuthenticationTokenException";
        Refusal::denied(code, "Missing Authentication Token")
    }

    /// An `Authorization` header that is not a complete SigV4 header.
    pub fn incomplete_signature(message: impl Into<String>) -> Refusal {
        Refusal::denied("IncompleteSignatureException", message)
    }

    /// An unknown access key, or a session token that does not belong to it.
    pub fn unrecognized_client() -> Refusal {
        let message = "The security token included in the request is invalid.";
        Refusal::denied("UnrecognizedClientException", message)
    }

    /// A signature that does not fit the request, the scope or the clock.
    pub fn invalid_signature(message: impl Into<String>) -> Refusal {
        Refusal::denied("InvalidSignatureException", message)
    }

    fn denied(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, code, Kind::Bare, message)
    }
}

/// The answer when a reply cannot be put together, which takes a header value that is none.
pub fn unbuildable(_: http::Error) -> Response<Full<Bytes>> {
    let mut reply = Response::default();
    *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    reply
}
