//! The response to a fault that nothing caught.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::fault::Fault;
use crate::value::{Body, JSON, Message, Value};

/// The form of the default error document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ErrorFormat {
    /// `{httpCode, httpMessage, moreInformation}`
    #[default]
    V10,
    /// `{name, message}`
    V5,
}

/// The default error document. Like IBM's gateway it carries the status as text, and nothing of the failed message.
pub fn error_document(fault: &Fault, format: ErrorFormat) -> Message {
    let document = match format {
        ErrorFormat::V10 => Value::object([
            ("httpCode", Value::from(fault.status.as_str())),
            ("httpMessage", fault.reason().into()),
            ("moreInformation", fault.message.as_str().into()),
        ]),
        ErrorFormat::V5 => {
            Value::object([("name", Value::from(&*fault.name)), ("message", fault.message.as_str().into())])
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, JSON);
    headers.extend(fault.headers.iter().cloned());
    Message {
        status: Some(fault.status),
        reason: fault.reason.clone(),
        headers: headers.into(),
        body: Body::from_bytes(document.to_bytes()),
        ..Message::default()
    }
}
