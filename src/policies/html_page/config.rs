use schemars::JsonSchema;
use serde::Deserialize;

/// Answers with a page of HTML.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The page: a file next to the document, as `./welcome.html`, or the HTML itself. Default: `html-page` of the document's
    /// `x-ibm-configuration`.
    #[serde(default)]
    pub page: Option<String>,
    /// The variable that receives the page.
    #[serde(default = "message")]
    pub output: String,
}

fn message() -> String {
    "message".to_owned()
}
