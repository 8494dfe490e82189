//! The contents of a call, for the record of its request.

use bytes::Bytes;
use http::HeaderMap;

use crate::aws::client::Invocation;
use crate::runtime::{CallContent, Fault, State};
use crate::value::Message;

use super::answer;

/// The payload, the headers that the author chose, and the result of which the answer is made.
pub(super) fn sent(invocation: &Invocation, result: Option<Bytes>) -> Box<CallContent> {
    let mut headers = HeaderMap::new();
    if let Some(own) = &invocation.call_headers {
        let all = [
            ("x-amz-client-context", &own.client_context),
            ("x-amzn-trace-id", &own.trace_id),
            ("x-amz-tenant-id", &own.tenant_id),
            ("x-amz-durable-execution-name", &own.durable_execution_name),
        ];
        for (name, value) in all {
            value.as_ref().map(|value| headers.insert(name, value.clone()));
        }
    }
    let mut content = CallContent::sent(&headers, Some(invocation.payload.clone()));
    content.result = result;
    content
}

/// The answer, or the error of the function, and the end of its log where the call asked for it.
pub(super) fn answered(state: &mut State, answer: &Result<Message, Fault>) {
    match answer {
        Ok(message) => {
            let log = message.attributes.value().at(["lambda", "log"]).map(|log| log.to_text().into_owned());
            state.call_answered(message, log.as_deref());
        }
        Err(fault) => {
            let log = fault.details.iter().find(|(name, _)| &**name == "log").map(|(_, log)| log.to_text());
            state.call_answered(&answer::of_fault(fault), log.as_deref());
        }
    }
}
