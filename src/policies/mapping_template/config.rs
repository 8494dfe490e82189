use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes the body with a mapping template of AWS API Gateway.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The templates by media type. `$default` is for requests that no other one fits.
    #[serde(default)]
    pub templates: IndexMap<String, String>,
    /// `request` chooses by the `Content-Type` of the message, `response` by the client's `Accept`.
    #[serde(default)]
    pub direction: Direction,
    /// Whether a request for whose media type there is no template goes on as it is, or is refused with 415.
    #[serde(default)]
    pub passthrough_behavior: Passthrough,
    /// The variable whose body is `$input`.
    #[serde(default = "message")]
    pub input: String,
    /// The conversion of the body before the template: bytes to base64, or base64 to bytes. Default: none.
    #[serde(default)]
    pub content_handling: Option<ContentHandling>,
    /// The variable that keeps the overrides which a template sets in `$context`, for the template of the response.
    #[serde(default)]
    pub overrides: Option<String>,
    /// The variable that receives the number in `statusCode` of the output, as a mock of API Gateway reads it. Without a number the
    /// step fails.
    #[serde(default)]
    pub status_code: Option<String>,
    /// The body must be JSON before it goes to a function, and an empty one is an empty object.
    #[serde(default)]
    pub requires_json: bool,
}

/// The side of the call on which the template runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    #[default]
    Request,
    Response,
}

/// What happens to a request that no template fits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Passthrough {
    /// It goes on as it is.
    #[default]
    WhenNoMatch,
    /// It goes on only where there are no templates at all.
    WhenNoTemplates,
    /// It is refused.
    Never,
}

/// A conversion of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContentHandling {
    /// A body of a binary media type becomes base64.
    ConvertToText,
    /// A text, which is base64, becomes bytes.
    ConvertToBinary,
}

fn message() -> String {
    "message".to_owned()
}
