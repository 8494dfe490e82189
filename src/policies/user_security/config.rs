use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Finds out which person calls, asks a registry whether that is true, and lets known people go on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// Under which name below `user-security` the person is kept.
    pub factor_id: String,
    /// The place of name and password.
    pub extract_identity_method: Extract,
    /// Whether the flow ends where there are none.
    pub ei_stop_on_error: bool,
    /// The variable with the name, for `context-var`.
    pub user_context_var: Option<String>,
    /// The variable with the password, for `context-var`.
    pub pass_context_var: Option<String>,
    /// The registry that is asked.
    pub user_auth_method: Authenticate,
    /// Whether the flow ends where they are wrong.
    pub au_stop_on_error: bool,
    /// The name of a registry under `registries` in the settings, for `user-registry`.
    pub user_registry: Option<String>,
    /// The URL that is asked, for `auth-url`.
    pub auth_url: Option<String>,
    /// The TLS profile of the settings to ask it with.
    pub auth_tls_client_profile: Option<String>,
    /// A regular expression: which headers of the registry's answer are kept.
    pub auth_response_headers_pattern: String,
    /// The header of its answer that says who the person is; without it the name counts.
    pub auth_response_header_credential: String,
    /// The users who may go on.
    pub user_az_method: Authorize,
    /// Whether the flow ends for everybody else.
    pub az_stop_on_error: bool,
}

/// The place of name and password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Extract {
    /// In the `Authorization` header.
    #[default]
    Basic,
    /// In two variables.
    ContextVar,
    /// Nowhere: an earlier step found the person.
    Disabled,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    HtmlForm,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    Redirect,
}

/// The registry that is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authenticate {
    /// A registry of the settings.
    #[default]
    UserRegistry,
    /// A URL.
    AuthUrl,
    /// Nobody.
    Disabled,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    Ldap,
}

/// The users who may go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authorize {
    /// People whom a registry knows, asked by this step or by an earlier one.
    #[default]
    Authenticated,
    /// Everybody.
    Disabled,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    HtmlForm,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            factor_id: "default".to_owned(),
            extract_identity_method: Extract::default(),
            ei_stop_on_error: true,
            user_context_var: None,
            pass_context_var: None,
            user_auth_method: Authenticate::default(),
            au_stop_on_error: true,
            user_registry: None,
            auth_url: None,
            auth_tls_client_profile: None,
            auth_response_headers_pattern: "(?i)x-api*".to_owned(),
            auth_response_header_credential: "X-API-Authenticated-Credential".to_owned(),
            user_az_method: Authorize::default(),
            az_stop_on_error: true,
        }
    }
}
