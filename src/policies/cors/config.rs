use schemars::JsonSchema;
use serde::Deserialize;

/// Says which pages of other origins may read the answer.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The origins, separated by commas; `*` is every one. Default: every one. Without any property, what the document's `cors`
    /// says.
    #[serde(default)]
    pub allow_origin: Option<String>,
    /// Whether pages may send cookies and credentials. Every page is told its own origin then.
    #[serde(default)]
    pub allow_credentials: Option<bool>,
    /// Headers that pages may send, separated by commas. Default: those that they ask for.
    #[serde(default)]
    pub allow_headers: Option<String>,
    /// Verbs that pages may use, separated by commas. Default: those of the path.
    #[serde(default)]
    pub allow_methods: Option<String>,
    /// Headers of the answer that pages may read, separated by commas.
    #[serde(default)]
    pub expose_headers: Option<String>,
    /// Seconds for which a browser may remember what it was told.
    #[serde(default)]
    pub max_age: Option<u32>,
}
