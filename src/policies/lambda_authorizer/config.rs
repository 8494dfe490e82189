use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::{AwsIdentity, EventContext};
use crate::value::Seconds;

/// Asks a Lambda function whether a request may pass.
// Unknown properties are refused by the schema: serde cannot do it where a struct is flattened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("additionalProperties" = false))]
pub struct Config {
    /// The function: a name, a partial ARN `ACCOUNT:function:NAME`, or a full ARN. Each may end in `:QUALIFIER`.
    pub function: String,
    /// `token` sends the value of the only source, `request` the request without its body.
    #[serde(default, rename = "type")]
    pub kind: AuthorizerType,
    /// The format of the event of `type: request`: that of REST APIs, or that of HTTP APIs.
    #[serde(default)]
    pub payload_format: PayloadFormat,
    /// The values that tell callers apart, such as `$(request.headers.authorization)`. A request without one of them is refused
    /// without a call.
    #[serde(default)]
    pub identity_sources: Vec<String>,
    /// A regular expression that the whole token has to match. Other tokens are refused without a call.
    #[serde(default)]
    pub identity_validation: Option<String>,
    /// The function answers with `isAuthorized` and not with a policy document.
    #[serde(default)]
    pub simple_answers: bool,
    /// The rules of REST APIs: an answer needs a `principalId`, and the values of its `context` are texts, numbers and booleans,
    /// which become texts. A `token` always has these rules.
    #[serde(default)]
    pub strict: bool,
    /// How long an answer is kept for further requests with the same sources: 0 to 3600 seconds. 0 keeps none. Default: 300, and 0
    /// where there are no sources.
    #[serde(default)]
    pub time_to_live: Option<Seconds>,
    /// The variable that receives the principal and the context of the answer.
    #[serde(default = "authorizer")]
    pub output: String,
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
    #[serde(flatten)]
    pub identity: AwsIdentity,
    /// The API in events and in the ARN of the method; it goes over `event-context` of the settings.
    #[serde(default)]
    pub event_context: Option<EventContext>,
    /// How long the call may take.
    #[serde(default = "ten_seconds")]
    pub timeout: Seconds,
}

/// The event that the function receives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorizerType {
    #[default]
    Token,
    Request,
}

/// The format of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum PayloadFormat {
    #[default]
    #[serde(rename = "1.0")]
    V1,
    #[serde(rename = "2.0")]
    V2,
}

fn authorizer() -> String {
    "authorizer".to_owned()
}

fn ten_seconds() -> Seconds {
    Seconds::new(10)
}
