//! The record of a request, as it is kept, shown and read.

use serde::{Deserialize, Serialize};

/// Everything that happened to one request. Secrets are masked before they come here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts the records of a process.
    pub number: u64,
    /// The id of the request, as in logs and in `X-Request-Id`.
    pub id: String,
    /// When the request's headers had been read: RFC 3339.
    pub time: String,
    pub client: String,
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    pub protocol: String,
    pub api: Option<String>,
    /// The operation's path with the base path.
    pub operation: Option<String>,
    /// None where the client left before there was one.
    pub status: Option<u16>,
    /// Bytes of the response body that were sent.
    pub bytes: u64,
    /// The whole response was handed to the connection.
    pub complete: bool,
    pub duration_ms: f64,
    /// The trace of OpenTelemetry, where the request has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// Why no step ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    #[serde(flatten)]
    pub details: Details,
    /// The response as it was sent.
    pub answer: Option<MessageView>,
}

/// The part of a record that its pipeline writes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// The states of `message`; steps refer to their places. The first one is the request.
    pub messages: Vec<MessageView>,
    /// In the order in which they began.
    pub steps: Vec<StepRecord>,
    pub faults: Vec<FaultRecord>,
    /// The record was full, and something is missing.
    pub cut: bool,
}

/// One step that ran.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Empty for the stages before an assembly.
    pub policy: String,
    pub title: String,
    /// `file:line:column`.
    pub place: String,
    pub part: Part,
    /// From the start of the pipeline.
    pub at_ms: f64,
    pub duration_ms: f64,
    pub outcome: StepOutcome,
    /// The number of the case that a `switch` or an `if` took, from 1; 0 where no condition held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<u32>,
    /// The variables that it reads by names that are known at load, with their values before it.
    pub reads: Vec<Variable>,
    /// The variables that it changed.
    pub writes: Vec<Change>,
    /// `message` before the step, as a place in `messages`.
    pub before: usize,
    /// `message` after it.
    pub after: usize,
    pub calls: Vec<CallRecord>,
}

/// The part of a pipeline that a step belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    #[default]
    Flow,
    Catch,
    Finally,
    /// After every assembly.
    After,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    Done,
    /// It ended the flow, with `message` as the response.
    Stopped,
    Fault,
    /// The client left, or the time was over.
    #[default]
    Unfinished,
}

/// A variable and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    pub name: String,
    /// None where the value is a message, or a part of one: the record has that elsewhere.
    pub value: Option<Content>,
}

/// A variable that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub name: String,
    pub before: Content,
    pub after: Content,
}

/// A message: a request or a response.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    pub status: Option<u16>,
    pub headers: Vec<(String, String)>,
    pub body: Content,
}

/// A body or a value, as far as the record has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub kind: ContentKind,
    /// How long it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The text, or for bytes that are none the first ones in hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The text ends before the content does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// The kind of a content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// There is nothing.
    #[default]
    None,
    Json,
    Text,
    Xml,
    Binary,
    /// It streams, and was not read for the record.
    Stream,
    /// It was a stream, which was sent on.
    Sent,
}

/// A call of a step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// Method and URL, or the function.
    pub target: String,
    /// From the start of the pipeline.
    pub at_ms: f64,
    pub duration_ms: f64,
    pub attempts: u32,
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The message that was sent.
    pub request: Option<MessageView>,
    /// The message that came back, as far as the step has read it.
    pub answer: Option<MessageView>,
    /// The result of a function of which the answer was made, or was to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Content>,
    /// The end of the function's log, with `log-type: tail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Content>,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: String,
    pub cause: String,
}

/// A fault, and which `catch` took it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FaultRecord {
    pub name: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    pub status: u16,
    /// `client`, `upstream`, `gateway` or `author`.
    pub source: String,
    /// The step that raised it, as a place in `steps`.
    pub step: Option<usize>,
    pub at_ms: f64,
    /// The entries of `catch` around the step that did not take it, by the names of their faults.
    pub passed: Vec<String>,
    /// The entry that took it; none where the client got it.
    pub caught_by: Option<String>,
}

/// A record in one line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordSummary {
    pub number: u64,
    pub id: String,
    pub time: String,
    pub method: String,
    pub path: String,
    pub operation: Option<String>,
    pub status: Option<u16>,
    pub duration_ms: f64,
    /// The last fault, caught or not.
    pub fault: Option<String>,
    pub steps: usize,
    pub calls: usize,
}

impl Record {
    /// The record in one line.
    pub fn summary(&self) -> RecordSummary {
        RecordSummary {
            number: self.number,
            id: self.id.clone(),
            time: self.time.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            operation: self.operation.clone(),
            status: self.status,
            duration_ms: self.duration_ms,
            fault: self.details.faults.last().map(|fault| fault.name.clone()),
            steps: self.details.steps.len(),
            calls: self.details.steps.iter().map(|step| step.calls.len()).sum(),
        }
    }
}
