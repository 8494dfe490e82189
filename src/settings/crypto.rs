//! Keys that steps name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::jose::{Key, KeyError, KeySet};
use crate::source::rule::exactly_one;
use crate::value::Secret;

/// A key that signs, verifies, encrypts or decrypts tokens, for policies and scripts. Write exactly one of the three.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(extend("x-rules" = one_of()))]
pub struct CryptoObject {
    /// A JSON Web Key or a set of them. Write `${file:/path/key.json}`.
    #[serde(skip_serializing)]
    pub jwk: Option<Secret>,
    /// A private key, a public key or a certificate in PEM. Write `${file:/path/key.pem}`.
    #[serde(skip_serializing)]
    pub pem: Option<Secret>,
    /// A shared secret, as it is. Write `${NAME}` or `${file:/path/secret}`.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}

fn one_of() -> Vec<serde_json::Value> {
    exactly_one(&["jwk", "pem", "secret"], "Write exactly one of jwk, pem and secret.")
}

/// Why a crypto object cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    #[error("it needs exactly one of `jwk`, `pem` and `secret`")]
    NotOne,
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl CryptoObject {
    /// Its keys.
    pub fn keys(&self) -> Result<KeySet, CryptoError> {
        match (&self.jwk, &self.pem, &self.secret) {
            (Some(jwk), None, None) => Ok(KeySet::read(jwk.expose().as_bytes())?),
            (None, Some(pem), None) => Ok(KeySet::one(Key::pem(pem.expose())?)),
            (None, None, Some(secret)) => Ok(KeySet::one(Key::secret(secret.expose().as_bytes())?)),
            _ => Err(CryptoError::NotOne),
        }
    }
}
