use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Finds out inside an assembly which application calls, and refuses those that may not.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// Whether the flow ends where no application is found.
    pub stop_on_error: bool,
    /// Whether the application has to send its secret. One that is sent has to be right in any case.
    pub secret_required: bool,
    /// The place of id and secret.
    pub extract_credential_method: Method,
    /// The name of what holds the id: a header, a query parameter, a field, a cookie, a variable.
    pub id_name: Option<String>,
    /// The name of what holds the secret.
    pub secret_name: Option<String>,
    /// The form of the `Authorization` header, for `http`.
    pub http_type: HttpType,
    /// The registry of applications.
    pub client_auth_method: Authenticate,
    /// The name of a registry under `registries` in the settings, for `third-party`.
    pub user_registry: Option<String>,
}

/// The place of id and secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    #[default]
    Header,
    Query,
    Form,
    Cookie,
    /// In the `Authorization` header.
    Http,
    ContextVar,
}

/// The form of the `Authorization` header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HttpType {
    #[default]
    Basic,
}

/// The registry of applications.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authenticate {
    /// The file that `clients-file` names.
    #[default]
    Native,
    /// A registry of the settings.
    ThirdParty,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            stop_on_error: true,
            secret_required: true,
            extract_credential_method: Method::default(),
            id_name: None,
            secret_name: None,
            http_type: HttpType::default(),
            client_auth_method: Authenticate::default(),
            user_registry: None,
        }
    }
}
