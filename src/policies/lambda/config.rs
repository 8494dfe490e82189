use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client_config::ClientConfig;
use super::short_forms::{ErrorStatus, Qualifiers, RetryProperty};
use crate::settings::{AwsIdentity, EventContext};
use crate::source::rule::{is_set, refused};
use crate::value::Seconds;

/// Invokes an AWS Lambda function.
// Unknown properties are refused by the schema: serde cannot do it where a struct is flattened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("x-rules" = template_needs_its_text(), "additionalProperties" = false))]
pub struct Config {
    /// The function: a name, a partial ARN `ACCOUNT:function:NAME`, or a full ARN. Each may end in `:QUALIFIER`. In the place of
    /// the name there may be a `$(…)` where `allowed-functions` says which names it may become.
    pub function: String,
    /// The names that a `$(…)` in `function` may become: bare names, in which `*` stands for any part.
    #[serde(default)]
    pub allowed_functions: Option<Vec<String>>,
    /// The version or alias to run. Where the function has a suffix, both must agree. A map of versions or aliases to weights,
    /// such as `{stable: 95, canary: 5}`, picks one for each call.
    #[serde(default)]
    pub qualifier: Option<Qualifiers>,
    /// The function's region. Default: the ARN's, then the settings', then AWS_REGION.
    #[serde(default)]
    pub region: Option<String>,
    /// The URL of the Lambda service, such as a VPC endpoint. Default: the settings', then AWS_ENDPOINT_URL_LAMBDA, then AWS's own.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The TLS profile of the settings to call the service with.
    #[serde(default)]
    pub tls_profile: Option<String>,
    /// The credential profile of the settings to sign with. Default: the settings', then the AWS SDKs' default chain.
    #[serde(default)]
    pub credentials: Option<String>,
    /// IBM's way to name a credential profile: `{accessSecret: NAME}`.
    #[serde(default)]
    pub aws_auth_type: Option<AuthType>,
    #[serde(flatten)]
    pub identity: AwsIdentity,
    /// `request-response` waits for the answer, `event` queues the payload (202), `dry-run` only asks for permission (204).
    #[serde(default)]
    pub invocation_type: InvocationKind,
    /// The variable whose body is the payload. Empty text sends none.
    #[serde(default = "message")]
    pub input: String,
    /// The payload of the function: the `body` byte for byte, the event of an API Gateway API or of a load balancer, the
    /// `request` as a small JSON object, or a `template`.
    #[serde(default)]
    pub payload: PayloadFormat,
    /// The JSON text of `payload: template`. A `$(…)` between quotes becomes text, one outside of quotes becomes JSON.
    #[serde(default)]
    pub payload_template: Option<String>,
    /// Whether `payload: alb` has lists of values for headers and query, as the attribute of a target group says.
    #[serde(default)]
    pub multi_value_headers: bool,
    /// The API in events; it goes over `event-context` of the settings.
    #[serde(default)]
    pub event_context: Option<EventContext>,
    /// The form of the answer: the `body` byte for byte, a `proxy` response with `statusCode`, `headers` and `body`, or a `stream` that
    /// goes on to the client as the function writes it.
    #[serde(default)]
    pub response: ResponseFormat,
    /// Refuse what API Gateway's REST APIs refuse in a proxy response, instead of being lenient.
    #[serde(default)]
    pub strict: bool,
    /// The variable that receives body, headers and status.
    #[serde(default = "message")]
    pub output: String,
    /// Variables to set from the answer.
    #[serde(default)]
    pub variables: Vec<VariableConfig>,
    /// Ends `execute` here with this answer as the response; `finally` still runs.
    #[serde(default)]
    pub respond: bool,
    /// JSON that the function finds in its context as `client_context`: an object, with `$(…)` as in `payload-template`. At most
    /// 3583 bytes of base64, and only for `request-response`.
    #[serde(default)]
    pub client_context: Option<String>,
    /// The tenant of a function with tenant isolation: 1 to 256 letters, digits, spaces and `._:/=+-@`.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// The name of a durable execution, which runs once however often it is called: 1 to 64 letters, digits, `-` and `_`.
    #[serde(default)]
    pub durable_execution_name: Option<String>,
    /// `tail` asks for the last 4 KB of the function's log: a variable and a line of the debug log, never the client's.
    #[serde(default)]
    pub log_type: LogType,
    /// How long the whole call may take.
    #[serde(default = "thirty_seconds")]
    pub timeout: Seconds,
    /// How long connecting may take.
    #[serde(default = "five_seconds")]
    pub connect_timeout: Seconds,
    /// Whether a call is made again: `none`, where it was `not-sent`, also after AWS `throttled` it, or `always`, where the function
    /// may run more than once. All of it within `timeout`. Default: `not-sent`.
    #[serde(default)]
    pub retry: Option<RetryProperty>,
    /// How many calls of the function may run at a time, over all steps that have this property. More of them are a
    /// `LambdaBusyError`. Default: no limit.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_concurrency: Option<u32>,
    /// Whether to go on at once and make the call in the background. Its answer is dropped, and its failure counted and logged.
    #[serde(default)]
    pub background: bool,
    /// Keeps answers for further calls, so that the function does not run for each. Default: none are kept.
    #[serde(default)]
    pub cache: Option<CacheConfig>,
    /// The faults that stop the flow. Others leave their status and body in `output`, and the flow goes on. Default: all.
    #[serde(default)]
    pub stop_on_error: Option<Vec<String>>,
    /// The status of the fault when the function failed: 200 to 599, one for all ways to fail or a map. Default: 502, and 504
    /// for its time-out.
    #[serde(default)]
    pub function_error_status: Option<ErrorStatus>,
    /// The settings of a client under the names of IBM's kind `InvokeAWSLambda`. What has no counterpart here is a warning.
    #[serde(default)]
    pub client_config: Option<ClientConfig>,
}

/// As whom the function is called, in IBM's words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthType {
    /// The same as `credentials`.
    pub access_secret: String,
}

/// A variable and what it is set to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VariableConfig {
    /// The variable to create or replace.
    pub name: String,
    /// A JSONata expression over the answer, which has `body`, `headers` and `status`.
    pub value: String,
}

/// The answers that are kept, and for how long.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CacheConfig {
    /// How long an answer is kept: 5 to 31708800 seconds.
    pub time_to_live: Seconds,
    /// The key of a stored answer. Default: the payload.
    #[serde(default)]
    pub key: Option<String>,
}

/// How the function is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InvocationKind {
    #[default]
    RequestResponse,
    Event,
    DryRun,
}

/// The payload of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum PayloadFormat {
    #[default]
    #[serde(rename = "body")]
    Body,
    #[serde(rename = "api-gateway-v1")]
    ApiGatewayV1,
    #[serde(rename = "api-gateway-v2")]
    ApiGatewayV2,
    #[serde(rename = "alb")]
    Alb,
    #[serde(rename = "request")]
    Request,
    #[serde(rename = "template")]
    Template,
}

/// Whether the function's log comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogType {
    #[default]
    None,
    Tail,
}

/// The answer of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseFormat {
    #[default]
    Body,
    Proxy,
    Stream,
}

fn message() -> String {
    "message".to_owned()
}

fn thirty_seconds() -> Seconds {
    Seconds::new(30)
}

fn five_seconds() -> Seconds {
    Seconds::new(5)
}

/// Under any of the names that the property may have.
fn template_needs_its_text() -> Vec<serde_json::Value> {
    let name = "^[Pp][Aa][Yy][Ll][Oo][Aa][Dd][-_]?[Tt][Ee][Mm][Pp][Ll][Aa][Tt][Ee]$";
    let missing = serde_json::json!({ "propertyNames": { "not": { "pattern": name } } });
    let empty = serde_json::json!({ "required": ["payload-template"], "not": is_set("payload-template") });
    let template = serde_json::json!({ "required": ["payload"], "properties": { "payload": { "const": "template" } } });
    let case = serde_json::json!({ "allOf": [template, { "anyOf": [missing, empty] }] });
    vec![refused(&case, "payload: template needs payload-template.")]
}
