use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::rule::{at_least_one, is_set};
use crate::value::Seconds;

pub(super) const TOKEN: &str = "request.headers.authorization";
pub(super) const CLAIMS: &str = "decoded.claims";

/// Decrypts a JSON Web Token where it is encrypted, verifies its signature, and hands on its claims.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("x-rules" = a_key()))]
pub struct Config {
    /// The variable that holds the token, with `Bearer ` in front of it or without.
    #[serde(default = "token")]
    pub jwt: String,
    /// The variable that receives the claims.
    #[serde(default = "claims")]
    pub output_claims: String,
    /// A regular expression that the whole `iss` of the token must match.
    #[serde(default)]
    pub iss_claim: Option<String>,
    /// A regular expression that the whole `aud` of the token must match, or one of them where there are several.
    #[serde(default)]
    pub aud_claim: Option<String>,
    /// The variable that holds the key: a JSON Web Key or a set of them, as text or parsed.
    #[serde(default)]
    pub jws_jwk: Option<String>,
    /// The crypto object of the settings that holds the key. It wins over `jws-jwk`.
    #[serde(default)]
    pub jws_crypto: Option<String>,
    /// The address of the issuer's key set. It is kept as long as the issuer says, and read again for a key id that is new.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// The TLS profile of the settings to read `jwks-url` with.
    #[serde(default)]
    pub tls_profile: Option<String>,
    /// The algorithms that are accepted, such as `[RS256, ES256]`. Default: those that fit the key.
    #[serde(default)]
    pub algorithms: Option<Vec<String>>,
    /// The variable that holds the key to decrypt with: a JSON Web Key or a set of them, as text or parsed. The token must be
    /// encrypted then.
    #[serde(default)]
    pub jwe_jwk: Option<String>,
    /// The crypto object of the settings that holds the key to decrypt with. It wins over `jwe-jwk`.
    #[serde(default)]
    pub jwe_crypto: Option<String>,
    /// The `alg` of an encrypted token that are accepted, such as `[RSA-OAEP-256]`. Default: those that fit the key.
    #[serde(default)]
    pub jwe_algorithms: Option<Vec<String>>,
    /// By how much the clocks of issuer and gateway may differ, at most 60 seconds.
    #[serde(default = "none")]
    pub clock_skew: Seconds,
}

fn token() -> String {
    TOKEN.to_owned()
}

fn claims() -> String {
    CLAIMS.to_owned()
}

fn none() -> Seconds {
    Seconds::new(0)
}

fn a_key() -> Vec<serde_json::Value> {
    let keys = ["jws-jwk", "jws-crypto", "jwks-url", "jwe-jwk", "jwe-crypto"].map(is_set);
    vec![at_least_one(&keys, "Write jws-jwk, jws-crypto or jwks-url: with which key is the token signed?")]
}
