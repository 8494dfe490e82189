use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::rule::{at_least_one, is_set, refused, says_something};

pub(super) const ISSUER: &str = "iss.claim";

/// Makes a JSON Web Token: signed, encrypted, or both.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("x-rules" = a_key()))]
pub struct Config {
    /// The variable that receives the token. Empty: the `Authorization` header of the message, after `Bearer `.
    #[serde(default = "token")]
    pub jwt: String,
    /// Whether the token has a `jti`, a random UUID.
    #[serde(default)]
    pub jti_claim: bool,
    /// The variable that holds the `iss`.
    #[serde(default = "issuer")]
    pub iss_claim: String,
    /// The variable that holds the `sub`. Without one, or where it is empty, there is none.
    #[serde(default)]
    pub sub_claim: Option<String>,
    /// The variable that holds the `aud`: a text, several with commas between them, or a list.
    #[serde(default)]
    pub aud_claim: Option<String>,
    /// Seconds that the token is good for: 1 to 31622400, or a `$(…)`.
    #[serde(default = "an_hour")]
    pub exp_claim: String,
    /// The variable that holds further claims, an object. The claims above win over its members.
    #[serde(default)]
    pub private_claims: Option<String>,
    /// The algorithm: `HS`, `RS`, `PS` or `ES` with 256, 384 or 512, a `$(…)`, or `none`. Default: the `alg` of the key.
    #[serde(default)]
    pub jws_alg: Option<String>,
    /// The variable that holds the key: a JSON Web Key, as text or parsed. Its `kid` goes into the token.
    #[serde(default)]
    pub jws_jwk: Option<String>,
    /// The crypto object of the settings that holds the key. It wins over `jws-jwk`.
    #[serde(default)]
    pub jws_crypto: Option<String>,
    /// The `kid` of the token's header, in the place of the key's.
    #[serde(default)]
    pub custom_kid_value_jws: Option<String>,
    /// How the content's key is encrypted: `RSA-OAEP-256`, `RSA-OAEP`, `RSA1_5`, `A128KW`, `A192KW`, `A256KW`, `dir`, or a
    /// `$(…)`. Default: the `alg` of the key.
    #[serde(default)]
    pub jwe_alg: Option<String>,
    /// How the content is encrypted: `A128CBC-HS256`, `A192CBC-HS384`, `A256CBC-HS512`, `A128GCM`, `A192GCM`, `A256GCM`, or a
    /// `$(…)`.
    #[serde(default)]
    pub jwe_enc: Option<String>,
    /// The variable that holds the key to encrypt with: a JSON Web Key, as text or parsed.
    #[serde(default)]
    pub jwe_jwk: Option<String>,
    /// The crypto object of the settings that holds the key to encrypt with. It wins over `jwe-jwk`.
    #[serde(default)]
    pub jwe_crypto: Option<String>,
    /// The `kid` of the encrypted token's header, in the place of the key's.
    #[serde(default)]
    pub custom_kid_value_jwe: Option<String>,
}

fn token() -> String {
    "generated.jwt".to_owned()
}

fn issuer() -> String {
    ISSUER.to_owned()
}

fn an_hour() -> String {
    "3600".to_owned()
}

fn a_key() -> Vec<serde_json::Value> {
    let unsigned = serde_json::json!({ "required": ["jws-alg"], "properties": { "jws-alg": { "const": "none" } } });
    let keys = [is_set("jws-jwk"), is_set("jws-crypto"), is_set("jwe-jwk"), is_set("jwe-crypto"), unsigned];
    let any = |names: [&str; 2]| serde_json::json!({ "anyOf": names.map(says_something) });
    let (key, how) = (any(["jwe-jwk", "jwe-crypto"]), any(["jwe-alg", "jwe-enc"]));
    let without_key = serde_json::json!({ "allOf": [how, { "not": key }] });
    let without_content = serde_json::json!({ "allOf": [key, { "not": says_something("jwe-enc") }] });
    vec![
        at_least_one(&keys, "Write jws-jwk or jws-crypto: with which key is the token signed?"),
        refused(&without_key, "Write jwe-jwk or jwe-crypto: with which key is the token encrypted?"),
        refused(&without_content, "Write jwe-enc: how is the token's content encrypted?"),
    ]
}
