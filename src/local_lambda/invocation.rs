//! One call of a handler and how it ended.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use serde_json::json;
use tokio::sync::mpsc;

/// The input of a handler for one call.
#[derive(Debug)]
pub struct Invocation {
    /// The request id, a UUID.
    pub id: String,
    /// The version that runs: `$LATEST` or a number.
    pub version: String,
    /// The event, JSON, byte for byte as the caller sent it.
    pub payload: Bytes,
    /// The function's ARN with the qualifier as the caller wrote it.
    pub arn: String,
    pub trace_id: String,
    /// The client context as one line of ASCII JSON.
    pub client_context: Option<String>,
    /// Whether the caller wants the end of the log.
    pub wants_log: bool,
    /// The receiver of a response that the handler streams, chunk by chunk; without it, such a response is collected.
    pub stream: Option<mpsc::Sender<Piece>>,
}

/// A part of an answer that streams.
#[derive(Debug)]
pub enum Piece {
    /// The content type that the handler declares, before the first byte.
    Declared(HeaderValue),
    Bytes(Bytes),
}

/// How an invocation ended.
#[derive(Debug)]
pub struct Outcome {
    pub result: Result<Bytes, Fault>,
    /// The last 4 KiB of what the handler wrote; empty unless asked for.
    pub log: Vec<u8>,
}

/// Why a handler gave no result. All of these are a function error to the caller, never an API error.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The runtime reported an error; the document it sent.
    Reported(Bytes),
    /// The process ended.
    Exited(ExitStatus),
    /// The process was killed after this time.
    TimedOut(Duration),
    /// The process could not be started: what is missing, for people.
    NotStarted(String),
    /// The result is over the limit, bytes.
    TooLarge(usize),
}

impl Outcome {
    pub fn failed(fault: Fault) -> Outcome {
        let (result, log) = (Err(fault), Vec::new());
        Outcome { result, log }
    }
}

impl Fault {
    /// The error document: `errorType` and `errorMessage` as AWS words them.
    pub fn payload(&self, request_id: &str) -> Bytes {
        let (kind, message) = match self {
            Fault::Reported(document) => return document.clone(),
            Fault::Exited(status) => ("Runtime.ExitError", format!("Runtime {}", exit(*status))),
            Fault::TimedOut(limit) => {
                let seconds = limit.as_secs_f64();
                ("Sandbox.Timedout", format!("Task timed out after {seconds:.2} seconds"))
            }
            Fault::NotStarted(message) => ("Runtime.InvalidEntrypoint", message.clone()),
            Fault::TooLarge(limit) => (
                "Function.ResponseSizeTooLarge",
                format!("Response payload size exceeded maximum allowed payload size ({limit} bytes)."),
            ),
        };
        let message = format!("RequestId: {request_id} Error: {message}");
        let document = json!({"errorType": kind, "errorMessage": message});
        Bytes::from(document.to_string())
    }
}

/// Go's wording of an exit status, which is what the real service shows.
fn exit(status: ExitStatus) -> String {
    let signal = |number| match number {
        6 => "aborted".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    };
    match (status.code(), status.signal()) {
        (Some(0), _) => "exited without providing a reason".to_owned(),
        (Some(code), _) => format!("exited with error: exit status {code}"),
        (None, number) => format!("exited with error: signal: {}", signal(number.unwrap_or_default())),
    }
}

/// The result of a call inside of this process.
#[derive(Debug)]
pub struct Invoked {
    /// The handler's result, or the document of its error.
    pub payload: Bytes,
    /// The handler failed.
    pub failed: bool,
    /// The version that ran.
    pub version: String,
}
