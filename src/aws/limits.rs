//! Quotas of the Lambda service (Lambda Developer Guide, "Lambda quotas", "Function configuration, deployment, and
//! execution").

/// The largest payload of a synchronous invocation, and the largest answer, in bytes.
pub const SYNCHRONOUS_PAYLOAD: usize = 6 * 1024 * 1024;

/// The largest payload of an asynchronous invocation (`Event`), in bytes.
pub const EVENT_PAYLOAD: usize = 1024 * 1024;

/// How much of an answer is read. Error documents and the service's own slack come on top of the payload.
pub const ANSWER: usize = SYNCHRONOUS_PAYLOAD + 64 * 1024;

/// The longest value of `X-Amz-Client-Context` in bytes, after base64 (Invoke API reference, `ClientContext`).
pub const CLIENT_CONTEXT: usize = 3583;
