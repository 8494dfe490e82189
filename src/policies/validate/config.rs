use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::source::rule::{at_least_one, is_set, refused};

/// Holds a body, and parameters, against schemas of the document.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("x-rules" = a_schema()))]
pub struct Config {
    /// The kind of schema for the body. Default: the one that `definition` or `json-schema` names.
    #[serde(default)]
    pub validate_against: Against,
    /// `request` or `response` for what the operation declares, or a schema: `#/definitions/NAME`,
    /// `#/components/schemas/NAME`, or its name alone.
    #[serde(default)]
    pub definition: Option<String>,
    /// Under `validate-against: url`: a file next to the document, such as `./order.schema.json`, with `#/…` for a place in it;
    /// or a place in the document, as `#/…`.
    #[serde(default)]
    pub json_schema: Option<String>,
    /// Also holds the parameters of the path, the query, headers and cookies against what the operation declares.
    #[serde(default)]
    pub parameters: bool,
    /// The variable whose body is held against the schema.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives the body, with the schema's defaults where members are missing.
    #[serde(default)]
    pub output: Option<String>,
    /// For GraphQL, which is not validated yet.
    #[serde(default)]
    #[allow(dead_code, reason = "editors write it")]
    pub graphql_error_policy: Option<String>,
    /// For XML Schema, which is not read yet.
    #[serde(default)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>")]
    #[allow(dead_code, reason = "editors write it")]
    pub compile_settings: Option<IgnoredAny>,
}

/// The kind of schema for a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// It is not written.
    #[default]
    #[serde(skip)]
    Unsaid,
    /// The schema that `json-schema` names.
    Url,
    /// The schema of the operation for its request's body.
    BodyParam,
    /// The schema of the operation for the response's status.
    ResponseParam,
    /// The schema that `definition` names.
    Definition,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    Wsdl,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    Graphql,
}

fn message() -> String {
    "message".to_owned()
}

fn a_schema() -> Vec<serde_json::Value> {
    let all = ["validate-against", "definition", "json-schema", "parameters"].map(is_set);
    let needs = |against: &str, name: &str| {
        let chosen =
            json!({ "required": ["validate-against"], "properties": { "validate-against": { "const": against } } });
        let case = json!({ "allOf": [chosen, { "not": is_set(name) }] });
        refused(&case, &format!("validate-against: {against} needs {name}."))
    };
    vec![
        at_least_one(&all, "Write validate-against or definition: what is the body held against?"),
        needs("url", "json-schema"),
        needs("definition", "definition"),
    ]
}
