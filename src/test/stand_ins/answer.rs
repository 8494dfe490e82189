//! The answer to a call, on its way.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::http_client::SendErrorKind;
use crate::test::format::CallFault;

/// An answer, or a fault in its place.
pub(super) struct Reply {
    pub delay: Duration,
    pub result: Result<Response<Bytes>, SendErrorKind>,
    /// A fact that explains failures.
    pub note: Option<String>,
}

impl Reply {
    /// Waits as long as it takes.
    pub(super) async fn send(self) -> Result<Response<Bytes>, SendErrorKind> {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        self.result
    }
}

/// The error of a call without an answer.
pub(super) fn kind_of(fault: CallFault) -> SendErrorKind {
    match fault {
        CallFault::Dns => SendErrorKind::Dns,
        CallFault::Refused => SendErrorKind::Connect,
        CallFault::Tls => SendErrorKind::Tls,
        CallFault::ConnectTimeout => SendErrorKind::ConnectTimeout,
        CallFault::Timeout => SendErrorKind::ResponseTimeout,
        CallFault::Closed => SendErrorKind::Closed,
    }
}

/// The bytes of a body: text as it is, everything else as JSON.
pub(super) fn bytes_of(body: &Value) -> Bytes {
    match body {
        Value::Null => Bytes::new(),
        Value::String(text) => Bytes::copy_from_slice(text.as_bytes()),
        json => json.to_string().into(),
    }
}
