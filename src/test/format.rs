//! The form of a test file.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::source::{Shape, Spellings};
use crate::value::Seconds;

/// A file of tests.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TestFile {
    /// The document: its path from the folder of this file, or the document itself. Default: all documents of the folder.
    #[serde(default)]
    #[schemars(schema_with = "map_or_path")]
    pub document: Value,
    /// The settings of the gateway: a map of them, or the path of a settings file from the folder of this file.
    #[serde(default)]
    #[schemars(schema_with = "map_or_path")]
    pub settings: Value,
    /// The variables of the environment, and with `file:/path` the texts of files. There are no others.
    #[serde(default)]
    pub environment: IndexMap<String, String>,
    /// Stand-ins for Lambda functions, by their names; `NAME:QUALIFIER` is for one version or alias.
    #[serde(default)]
    pub functions: IndexMap<String, FunctionStandIn>,
    /// Stand-ins for HTTP services, by the beginning of their URLs, such as `http://backend:8080`.
    #[serde(default)]
    pub services: IndexMap<String, Vec<ServiceStandIn>>,
    /// The tests.
    pub tests: Vec<Test>,
}

/// A test: requests that follow each other. Every test starts with a new gateway.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Test {
    /// The test's subject, in a few words.
    pub name: String,
    /// A table: the test runs once for each row, and `${KEY}` in the test is the value in the row.
    #[serde(default)]
    pub cases: Vec<IndexMap<String, Value>>,
    /// The time that steps see, such as `2026-01-31T12:00:00Z`. Default: the real one.
    #[serde(default)]
    pub at: Option<String>,
    /// The seed of the random numbers that steps see. Default: real random numbers.
    #[serde(default)]
    pub random: Option<u32>,
    /// Stand-ins of this test, in the place of those of the file with the same names.
    #[serde(default)]
    pub functions: IndexMap<String, FunctionStandIn>,
    /// Stand-ins of this test, which are asked before those of the file.
    #[serde(default)]
    pub services: IndexMap<String, Vec<ServiceStandIn>>,
    /// The requests and what is expected of each.
    pub requests: Vec<Exchange>,
}

/// A request and what is expected of it. What is not written is not compared.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exchange {
    /// The request.
    pub request: Request,
    /// The answer that is expected.
    #[serde(default)]
    pub answer: Answer,
    /// Values of the answer for later requests: `${KEY}` there is the value at this place of the answer: `status`, `headers.NAME`, `body`, or
    /// `body.member.0`.
    #[serde(default)]
    pub save: IndexMap<String, String>,
    /// The calls that the steps make, all of them, in any order.
    #[serde(default)]
    pub calls: Option<Vec<ExpectedCall>>,
    /// Steps that run, in this order, by title or policy. Others may run between them.
    #[serde(default)]
    pub ran: Vec<String>,
    /// Steps that do not run, by title or policy.
    #[serde(default)]
    pub not_ran: Vec<String>,
    /// The fault that steps raise last, also where it is caught; `none` where no step raises one.
    #[serde(default)]
    pub fault: Option<String>,
    /// Variables at the end, by name, such as `order.body.total`. Maps are compared by the members that are written.
    #[serde(default)]
    pub variables: IndexMap<String, Value>,
}

/// A request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Request {
    /// The method.
    #[serde(default = "get")]
    pub method: String,
    /// The path, with the base path and the query.
    pub path: String,
    /// The headers. `host` is `localhost` where it is not written.
    #[serde(default)]
    pub headers: IndexMap<String, String>,
    /// The body: text as it is, everything else as JSON.
    #[serde(default)]
    pub body: Value,
}

/// An answer that is expected.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Answer {
    /// The status.
    #[schemars(schema_with = "number_or_name")]
    pub status: Value,
    /// The text that a name in `status` has become.
    #[serde(skip)]
    #[schemars(skip)]
    pub filled_status: Option<String>,
    /// Headers with their values; `null`: there is no such header.
    pub headers: IndexMap<String, Option<String>>,
    /// Headers whose values match a regular expression.
    pub headers_match: IndexMap<String, String>,
    /// The whole body: text as it is, everything else as JSON.
    #[serde(deserialize_with = "written")]
    #[schemars(schema_with = "anything")]
    pub body: Option<Value>,
    /// A part of the body: text that is in it; or a map, whose members the body has, and perhaps others.
    #[serde(deserialize_with = "written")]
    #[schemars(schema_with = "anything")]
    pub body_contains: Option<Value>,
    /// A regular expression that the body matches.
    pub body_matches: Option<String>,
}

/// Calls that are expected. A call belongs here if it has everything that is written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExpectedCall {
    /// The function that is called, with a qualifier where it has one: `NAME:QUALIFIER`.
    #[serde(default)]
    pub function: Option<String>,
    /// A part of the event: its members, and perhaps others.
    #[serde(default, deserialize_with = "written")]
    #[schemars(schema_with = "anything")]
    pub event: Option<Value>,
    /// The beginning of the URL that is called, as under `services`.
    #[serde(default)]
    pub service: Option<String>,
    /// The method.
    #[serde(default)]
    pub method: Option<String>,
    /// The path, with the query if one is written; a segment in braces is any.
    #[serde(default)]
    pub path: Option<String>,
    /// Headers with their values; `null`: there is no such header.
    #[serde(default)]
    pub headers: IndexMap<String, Option<String>>,
    /// The body: text as it is; of JSON, the members that are written.
    #[serde(default, deserialize_with = "written")]
    #[schemars(schema_with = "anything")]
    pub body: Option<Value>,
    /// How often.
    #[serde(default = "once")]
    pub times: usize,
}

/// A stand-in for a function: its first answer, and those after it.
// Unknown properties are refused by the schema: serde cannot do it where a struct is flattened.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("additionalProperties" = false))]
pub struct FunctionStandIn {
    #[serde(flatten)]
    pub first: FunctionAnswer,
    /// The answers to later calls, one each. The last one is repeated.
    #[serde(default)]
    pub then: Vec<FunctionAnswer>,
    /// `local` runs the real function next to the document, as `gantry dev` does.
    #[serde(default)]
    pub run: Option<Run>,
}

/// How a function answers a call.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct FunctionAnswer {
    /// The result of the function. Default: `null`.
    #[schemars(schema_with = "anything")]
    pub answer: Value,
    /// The function fails with this document, such as `{errorType: ValueError, errorMessage: too heavy}`.
    #[serde(deserialize_with = "written")]
    #[schemars(schema_with = "anything")]
    pub error: Option<Value>,
    /// The Lambda service refuses the call.
    pub refused: Option<LambdaRefusal>,
    /// The call has no answer.
    pub fault: Option<CallFault>,
    /// How long the answer takes.
    pub delay: Option<Seconds>,
    /// The end of the function's log.
    pub log: Option<String>,
}

/// The origin of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    Local,
}

/// A refusal of the Lambda service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum LambdaRefusal {
    #[serde(rename = "AccessDeniedException")]
    AccessDenied,
    #[serde(rename = "ExpiredTokenException")]
    ExpiredToken,
    #[serde(rename = "InvalidRequestContentException")]
    InvalidRequestContent,
    #[serde(rename = "RequestTooLargeException")]
    RequestTooLarge,
    #[serde(rename = "ResourceConflictException")]
    ResourceConflict,
    #[serde(rename = "ResourceNotFoundException")]
    ResourceNotFound,
    #[serde(rename = "ServiceException")]
    Service,
    #[serde(rename = "TooManyRequestsException")]
    TooManyRequests,
}

/// A call that has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CallFault {
    // The host has no address.
    Dns,
    // No connection is accepted.
    Refused,
    // There is no TLS session.
    Tls,
    // No connection in time.
    ConnectTimeout,
    // No answer in time. The call ends at once, as if its time were over.
    Timeout,
    // The connection closes before the answer.
    Closed,
}

/// A stand-in for an operation of a service.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceStandIn {
    /// The method. Default: any.
    #[serde(default)]
    pub method: Option<String>,
    /// The path below the URL, with the query if one is written; a segment in braces is any. Default: any.
    #[serde(default)]
    pub path: Option<String>,
    /// Headers that the call has; `null`: it has no such header.
    #[serde(default)]
    pub headers: IndexMap<String, Option<String>>,
    /// The body: text as it is; of JSON, the members that are written.
    #[serde(default, deserialize_with = "written")]
    #[schemars(schema_with = "anything")]
    pub body: Option<Value>,
    /// The answer.
    #[serde(default)]
    pub answer: ServiceAnswer,
    /// The answers to later calls, one each. The last one is repeated.
    #[serde(default)]
    pub then: Vec<ServiceAnswer>,
}

/// How a service answers a call.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ServiceAnswer {
    /// The status.
    #[schemars(range(min = 200, max = 599))]
    pub status: u16,
    /// The headers.
    pub headers: IndexMap<String, String>,
    /// The body: text as it is, everything else as JSON.
    #[schemars(schema_with = "anything")]
    pub body: Value,
    /// The call has no answer.
    pub fault: Option<CallFault>,
    /// How long the answer takes.
    pub delay: Option<Seconds>,
}

impl Default for ServiceAnswer {
    fn default() -> Self {
        ServiceAnswer { status: 200, headers: IndexMap::new(), body: Value::Null, fault: None, delay: None }
    }
}

/// The shape of a test file.
pub fn shape() -> Shape {
    Shape::of::<TestFile>("the test file", Spellings::default())
}

fn get() -> String {
    "GET".to_owned()
}

fn once() -> usize {
    1
}

/// A value that is written, be it `null`.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn anything(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({})
}

fn map_or_path(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["object", "string", "null"] })
}

fn number_or_name(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": ["integer", "string"], "minimum": 100, "maximum": 599, "pattern": r"^\$\{[^}]+\}$",
        "x-expected": "a status such as `200`",
    })
}
