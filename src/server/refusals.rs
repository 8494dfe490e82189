//! Requests that are turned away before any step runs.

use http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Method, StatusCode};

use crate::runtime::{ErrorFormat, Fault, FaultSource, PREFLOW, PREFLOW_MESSAGE, error_document, kinds};
use crate::telemetry::Refusal;
use crate::value::Message;

/// Why, for the metrics, and what the client is told.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) reason: Refusal,
    pub(super) fault: Box<Fault>,
    format: ErrorFormat,
}

impl Refused {
    pub(super) fn new(reason: Refusal, status: StatusCode, message: impl Into<String>) -> Self {
        let (kind, source) = match reason {
            Refusal::Overload => (&kinds::RUNTIME, FaultSource::Gateway),
            Refusal::NotFound | Refusal::MethodNotAllowed => (&kinds::API_RULE, FaultSource::Client),
            Refusal::Address => (&kinds::FORBIDDEN, FaultSource::Client),
            _ => (&kinds::BAD_REQUEST, FaultSource::Client),
        };
        let fault = Box::new(Fault::new(kind, source, message).with_status(status));
        Refused { reason, fault, format: ErrorFormat::V10 }
    }

    pub(super) fn bad_target(message: &str) -> Self {
        Self::new(Refusal::BadTarget, StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn bad_host(message: &str) -> Self {
        Self::new(Refusal::BadHost, StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn address() -> Self {
        Self::new(Refusal::Address, StatusCode::FORBIDDEN, "Clients with this address may not call")
    }

    pub(super) fn not_found() -> Self {
        Self::new(Refusal::NotFound, StatusCode::NOT_FOUND, "No resources match requested URI")
    }

    pub(super) fn wrong_verb(allowed: &[Method]) -> Self {
        let allowed = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("This path takes {allowed}");
        let refused = Self::new(Refusal::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED, message);
        match HeaderValue::from_str(&allowed) {
            Ok(allowed) => refused.with_header(ALLOW, allowed),
            Err(_) => refused,
        }
    }

    /// The v5 engine answers a path and a verb that it does not have alike.
    pub(super) fn in_v5(reason: Refusal) -> Self {
        let mut refused = Self::new(reason, StatusCode::NOT_FOUND, PREFLOW_MESSAGE);
        refused.fault.name = PREFLOW.into();
        Refused { format: ErrorFormat::V5, ..refused }
    }

    pub(super) fn overload() -> Self {
        let message = "The gateway is working on as many requests as it may";
        Self::new(Refusal::Overload, StatusCode::SERVICE_UNAVAILABLE, message)
            .with_header(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Refused { fault: Box::new(self.fault.with_header(name, value)), ..self }
    }

    pub(super) fn document(&self) -> Message {
        error_document(&self.fault, self.format)
    }
}
