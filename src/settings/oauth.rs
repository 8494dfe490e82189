//! Whom security requirements ask: user registries, and the issuers of tokens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::source::rule::{at_least_one, both_or_neither, is_set, refused};
use crate::value::{Seconds, Secret};

/// Where people's names and passwords are known.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UserRegistry {
    /// The URL that is asked, with GET and the client's `Authorization` header. Status 200 says that name and password are right.
    pub authentication_url: String,
    /// The TLS profile to call it with.
    #[serde(default)]
    pub tls_profile: Option<String>,
}

/// Who issues tokens, and how they are checked: by asking at `introspection-url`, or as signed JSON Web Tokens with the keys at
/// `jwks-url`, or with those that the `issuer` publishes.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(extend("x-rules" = a_way()))]
pub struct OAuthProvider {
    /// Where tokens are introspected (RFC 7662).
    pub introspection_url: Option<String>,
    /// As whom the gateway asks there.
    pub client_id: Option<String>,
    /// Its secret. Write `${NAME}` or `${file:/path/secret}`.
    #[serde(skip_serializing)]
    pub client_secret: Option<Secret>,
    /// How long answers are kept at most; `0` keeps none. Never longer than the token is good, or than the answer's `Cache-Control` allows.
    pub cache_ttl: Seconds,
    /// What `iss` of the tokens must be. Without `jwks-url` its discovery document says where the keys are.
    pub issuer: Option<String>,
    /// Whom the tokens must be for: one of these must be in `aud`.
    pub audience: Audience,
    /// The URL of the issuer's keys.
    pub jwks_url: Option<String>,
    /// The algorithms of signatures that are accepted, such as `[RS256, ES256]`. Default: all with public keys.
    pub algorithms: Option<Vec<String>>,
    /// By how much the clocks of issuer and gateway may differ, at most 60 seconds.
    pub clock_skew: Seconds,
    /// The TLS profile to call the issuer with.
    pub tls_profile: Option<String>,
}

impl Default for OAuthProvider {
    fn default() -> Self {
        OAuthProvider {
            introspection_url: None,
            client_id: None,
            client_secret: None,
            cache_ttl: Seconds::new(60),
            issuer: None,
            audience: Audience::default(),
            jwks_url: None,
            algorithms: None,
            clock_skew: Seconds::new(0),
            tls_profile: None,
        }
    }
}

fn a_way() -> Vec<serde_json::Value> {
    let ways = ["introspection-url", "jwks-url", "issuer"].map(is_set);
    let both = |first: &str, second: &str| json!({ "allOf": [is_set(first), is_set(second)] });
    let one = "Write introspection-url, or jwks-url with algorithms.";
    let mut rules =
        both_or_neither("client-id", "client-secret", "Write both client-id and client-secret, or neither.");
    rules.extend([
        at_least_one(&ways, "Write introspection-url, jwks-url or issuer: how are tokens checked?"),
        refused(&both("introspection-url", "jwks-url"), one),
        refused(&both("introspection-url", "algorithms"), one),
    ]);
    rules
}

/// One audience, or several.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Any(Vec<String>),
}

impl Default for Audience {
    fn default() -> Self {
        Audience::Any(Vec::new())
    }
}

impl Audience {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Any(all) => all,
        }
    }
}
