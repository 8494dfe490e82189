use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::{AwsIdentity, key_pair};
use crate::value::Seconds;

/// Calls an HTTP service.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The URL to call, or `upstream://NAME/path` for an upstream of the settings. `$(…)` may stand in the path and the query; in the host only where `allowed-hosts` says which.
    pub target_url: String,
    /// The verb to call with; `keep` is the client's.
    #[serde(default)]
    pub verb: Option<String>,
    /// How long the reply may take, in seconds; redirects count.
    #[serde(default = "sixty_seconds")]
    pub timeout: Seconds,
    /// The TLS profile of the settings to call with.
    #[serde(default)]
    pub tls_profile: Option<String>,
    /// The headers of the message that are sent. Default: all.
    #[serde(default)]
    pub header_control: Option<ControlConfig>,
    /// The query parameters of the client that are appended to the URL. Default: none.
    #[serde(default)]
    pub parameter_control: Option<ControlConfig>,
    /// Query parameters that are appended too, each with what the client sent under another name: `page: p` appends its `p` as
    /// `page`.
    #[serde(default)]
    pub copy_parameters: IndexMap<String, String>,
    /// Whether to append the rest of the client's path after the fixed part of the operation's path.
    #[serde(default)]
    pub forward_path: bool,
    /// Whether to decode query parameters before they are encoded for their place in the URL.
    #[serde(default)]
    pub decode_request_params: bool,
    /// Whether to write `+` in the query as `%2B`.
    #[serde(default)]
    pub encode_plus_char: bool,
    /// The variable whose headers and body are sent.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives body, headers and status.
    #[serde(default = "message")]
    pub output: String,
    /// The faults that stop the flow; others leave their response in `output` and the flow goes on. Default: none; in
    /// version 1.x `ConnectionError`.
    #[serde(default)]
    pub stop_on_error: Option<Vec<String>>,
    /// Whether to follow redirects, at most eight. Default: false; in version 1.x true.
    #[serde(default)]
    pub follow_redirects: Option<bool>,
    /// The user name for Basic authentication at the service; needs `password`.
    #[serde(default)]
    pub username: Option<String>,
    /// The password for Basic authentication. Write `${NAME}`, `${file:…}` or `$(property)`, never the password itself.
    #[serde(default)]
    pub password: Option<String>,
    /// A key to send as `x-api-key`, as API Gateway wants it. Write `${NAME}`, `${file:…}` or `$(property)`.
    #[serde(default)]
    pub api_key: Option<String>,
    /// Signs the call for AWS: function URLs, and API Gateway with IAM authorization.
    #[serde(default)]
    pub aws_sigv4: Option<SigV4Config>,
    /// Whether answers are kept for further calls: as the service says in its headers, not at all, or for `cache-ttl`.
    #[serde(default)]
    pub cache_response: CacheResponse,
    /// How long answers are kept under `time-to-live`: 5 to 31708800 seconds.
    #[serde(default = "a_quarter_of_an_hour")]
    pub cache_ttl: Seconds,
    /// The key of a stored answer, in the place of path and query. Default: the whole URL.
    #[serde(default)]
    pub cache_key: Option<String>,
    /// Whether answers to `POST` and `PUT` are kept too, under `time-to-live`.
    #[serde(default)]
    pub cache_putpost_response: bool,
    /// The kind of the body: the `Content-Type` of a message that has none.
    #[serde(default)]
    pub backend_type: BackendType,
    /// Whether a `DELETE` is sent with its body.
    #[serde(default)]
    pub keep_payload: bool,
    /// Whether to send the body compressed with gzip.
    #[serde(default)]
    pub compression: bool,
    /// Whether a body of unknown length is sent in chunks; false reads it first and sends its length.
    #[serde(default = "yes")]
    pub chunked_uploads: bool,
    /// The version of HTTP to speak. `HTTP/2` falls back to `HTTP/1.1` where the service has nothing else.
    #[serde(default)]
    pub http_version: HttpVersion,
    /// Whether `HTTP/2` is spoken or no connection made.
    #[serde(default)]
    pub http2_required: bool,
    /// The older way to say `http-version: HTTP/1.0`.
    #[serde(default)]
    pub use_http_10: bool,
    /// Whether the connection is kept for further calls.
    #[serde(default = "yes")]
    pub persistent_connection: bool,
    /// Whether to send `User-Agent: Gantry/VERSION` where the message has no `User-Agent`.
    #[serde(default = "yes")]
    pub inject_user_agent: bool,
    /// Whether to add `X-Forwarded-For`, `-Host`, `-Port` and `-Proto` where they are missing.
    #[serde(default)]
    pub inject_proxy_headers: bool,
}

/// A list of patterns, and whether they let through or hold back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ControlConfig {
    /// `allowlist` lets only matching names through, `blocklist` all others.
    #[serde(rename = "type")]
    pub kind: ControlKind,
    /// Regular expressions for names. They match anywhere in a name unless they are written `^…$`.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Whether patterns let through or hold back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ControlKind {
    #[serde(rename = "allowlist", alias = "whitelist")]
    Allow,
    #[serde(rename = "blocklist", alias = "blacklist")]
    Block,
}

/// The service that the call is signed for, and the identity that signs.
// Unknown properties are refused by the schema: serde cannot do it where a struct is flattened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("x-rules" = key_pair(), "additionalProperties" = false))]
pub struct SigV4Config {
    /// `lambda` for function URLs, `execute-api` for API Gateway. Default: what the host says.
    #[serde(default)]
    pub service: Option<String>,
    /// The region. Default: the host's, then the settings', then AWS_REGION.
    #[serde(default)]
    pub region: Option<String>,
    /// The credential profile of the settings to sign with. Default: the settings', then the AWS SDKs' default chain.
    #[serde(default)]
    pub credentials: Option<String>,
    #[serde(flatten)]
    pub identity: AwsIdentity,
}

/// Whether answers are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CacheResponse {
    #[default]
    Protocol,
    NoCache,
    TimeToLive,
}

/// The kind of the body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BackendType {
    #[default]
    Detect,
    Xml,
    Json,
    Binary,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    Graphql,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum HttpVersion {
    #[serde(rename = "HTTP/1.0", alias = "1.0")]
    Http10,
    #[default]
    #[serde(rename = "HTTP/1.1", alias = "1.1")]
    Http11,
    #[serde(rename = "HTTP/2", alias = "HTTP/2.0", alias = "2", alias = "2.0")]
    Http2,
}

// Written by hand because a derived schema does not know serde's aliases, which are the spellings of older documents.
macro_rules! spellings {
    ($type:ident: $($text:literal),*) => {
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($text),*] })
            }
        }
    };
}

spellings!(ControlKind: "allowlist", "blocklist", "whitelist", "blacklist");
spellings!(HttpVersion: "HTTP/1.0", "HTTP/1.1", "HTTP/2", "1.0", "1.1", "2", "2.0", "HTTP/2.0");

/// The faults that stop the flow.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StopOn {
    pub connection: bool,
    pub operation: bool,
    pub soap: bool,
}

fn sixty_seconds() -> Seconds {
    Seconds::new(60)
}

fn a_quarter_of_an_hour() -> Seconds {
    Seconds::new(900)
}

fn message() -> String {
    "message".to_owned()
}

fn yes() -> bool {
    true
}
