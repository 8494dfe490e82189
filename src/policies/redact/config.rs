use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Hides or removes parts of bodies.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Version 2: the value that the paths begin at, such as `message.body`. Without it they begin with the name of a variable.
    #[serde(default)]
    pub root: Option<String>,
    /// Version 2: what to hide.
    #[serde(default)]
    pub redactions: Vec<Redaction>,
    /// Version 1: what to hide.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// A path and what happens there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Redaction {
    /// A JSONata path, or `$xpath($, '…')` for XML.
    pub path: String,
    /// Hide the value, or remove it.
    #[serde(default)]
    pub action: Kind,
}

/// The same in version 1.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Action {
    /// An XPath expression over XML, or over JSON in DataPower's form of it; or names with dots.
    #[serde(default)]
    pub path: Option<String>,
    /// Hide the value, or remove it.
    #[serde(default)]
    pub action: Kind,
    /// The messages whose bodies are changed. Default: all.
    #[serde(default)]
    pub from: Vec<From>,
}

/// The change of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It becomes `******`.
    #[default]
    Redact,
    /// It is taken out.
    Remove,
}

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    All,
    Request,
    Response,
    Logs,
}
