use schemars::JsonSchema;
use serde::Deserialize;

/// Checks the bearer token of the request with an OAuth provider of the settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The provider of the tokens.
    pub oauth_provider_settings_ref: ProviderRef,
    /// The components of the step: only `OAuthValidateRequest` is built.
    #[serde(default)]
    pub supported_oauth_components: Vec<Component>,
}

/// The place of the provider's description.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProviderRef {
    /// The name of a provider under `oauth-providers` in the settings.
    pub default: String,
    /// Refused: settings are not fetched from a URL.
    #[serde(default)]
    pub url: Option<String>,
    /// Refused: settings do not stand in a document.
    #[serde(default)]
    pub literal: Option<String>,
}

/// A part of an OAuth provider's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Component {
    #[serde(rename = "OAuthValidateRequest")]
    ValidateRequest,
    /// Not built yet.
    #[serde(rename = "OAuthGenerateAZCode")]
    #[schemars(extend("x-unbuilt" = true))]
    GenerateCode,
    /// Not built yet.
    #[serde(rename = "OAuthVerifyAZCode")]
    #[schemars(extend("x-unbuilt" = true))]
    VerifyCode,
    /// Not built yet.
    #[serde(rename = "OAuthVerifyRefreshToken")]
    #[schemars(extend("x-unbuilt" = true))]
    VerifyRefreshToken,
    /// Not built yet.
    #[serde(rename = "OAuthCollectMetadata")]
    #[schemars(extend("x-unbuilt" = true))]
    CollectMetadata,
    /// Not built yet.
    #[serde(rename = "OAuthGenerateAccessToken")]
    #[schemars(extend("x-unbuilt" = true))]
    GenerateAccessToken,
    /// Not built yet.
    #[serde(rename = "OAuthIntrospectToken")]
    #[schemars(extend("x-unbuilt" = true))]
    IntrospectToken,
    /// Not built yet.
    #[serde(rename = "OAuthRevokeToken")]
    #[schemars(extend("x-unbuilt" = true))]
    RevokeToken,
}

impl Component {
    /// The alternative to one that is not built, for authors.
    pub(super) fn instead(self) -> Option<(&'static str, &'static str)> {
        let issue = "Gantry issues no tokens: let an authorization server do it, and name it under `oauth-providers`";
        Some(match self {
            Component::ValidateRequest => return None,
            Component::GenerateCode => ("OAuthGenerateAZCode", issue),
            Component::VerifyCode => ("OAuthVerifyAZCode", issue),
            Component::VerifyRefreshToken => ("OAuthVerifyRefreshToken", issue),
            Component::GenerateAccessToken => ("OAuthGenerateAccessToken", issue),
            Component::RevokeToken => ("OAuthRevokeToken", issue),
            Component::CollectMetadata => (
                "OAuthCollectMetadata",
                "what the issuer says of a token is in `oauth.introspect.response`; fetch anything else with `invoke`",
            ),
            Component::IntrospectToken => (
                "OAuthIntrospectToken",
                "send clients to the authorization server's own endpoint; `OAuthValidateRequest` asks there too",
            ),
        })
    }
}
