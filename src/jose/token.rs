//! Tokens in their compact form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::algorithm::Algorithm;
use super::jwe::{CONTENTS, MANAGEMENTS};
use super::key::{Key, KeySet};
use super::key_error::KeyError;
use crate::value::parse_unique_object;

/// Bytes of a token that is read.
pub(super) const LONGEST: usize = 64 * 1024;

/// The error of a token. No part of the token is quoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("there is no token")]
    Missing,
    #[error("the token is longer than 65536 bytes")]
    TooLong,
    #[error("the token is encrypted, and nothing says with which key to decrypt it")]
    Encrypted,
    #[error("the token is not encrypted")]
    NotEncrypted,
    #[error("the token is not of the form header.claims.signature")]
    NotCompact,
    #[error("the token's {part} {what}")]
    BadPart { part: &'static str, what: &'static str },
    #[error("the token is not signed")]
    Unsigned,
    #[error("the token's algorithm is not known")]
    UnknownAlgorithm,
    #[error("the token asks for extensions in `crit`, and none is supported")]
    Critical,
    #[error("the token's content is compressed (`zip`), which is refused: a small token can become a huge one")]
    Compressed,
    #[error("the token's `alg` is none of {names}", names = MANAGEMENTS.join(", "))]
    UnknownManagement,
    #[error("the token's `enc` is none of {names}", names = CONTENTS.join(", "))]
    UnknownContent,
    #[error("the token cannot be decrypted")]
    NotDecrypted,
    #[error("no key fits the token's algorithm and key id")]
    NoKey,
    #[error("the token's signature does not verify")]
    BadSignature,
}

/// The header of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub algorithm: Algorithm,
    /// `kid`.
    pub key_id: Option<String>,
}

/// A token whose signature has not been looked at.
pub struct Token<'a> {
    pub header: Header,
    /// The signed text.
    signed: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a token apart. The claims stay closed until the signature is verified.
    pub fn read(text: &'a str) -> Result<Self, TokenError> {
        if text.is_empty() {
            return Err(TokenError::Missing);
        }
        if text.len() > LONGEST {
            return Err(TokenError::TooLong);
        }
        let parts: Vec<&str> = text.splitn(6, '.').collect();
        let &[header, claims, signature] = parts.as_slice() else {
            return Err(if parts.len() == 5 { TokenError::Encrypted } else { TokenError::NotCompact });
        };
        let header = read_header(header)?;
        let signed = &text[..text.len() - signature.len() - 1];
        let bad = |_| TokenError::BadPart { part: "signature", what: "is not base64url" };
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(bad)?;
        Ok(Token { header, signed, claims, signature })
    }

    /// The claims, if one of the keys signed them.
    pub fn verify(&self, keys: &KeySet) -> Result<Map<String, Value>, TokenError> {
        let Header { algorithm, key_id } = &self.header;
        let mut found = false;
        for key in keys.candidates(*algorithm, key_id.as_deref()) {
            if key.verify(*algorithm, self.signed.as_bytes(), &self.signature) {
                return object("claims", self.claims);
            }
            found = true;
        }
        Err(if found { TokenError::BadSignature } else { TokenError::NoKey })
    }
}

fn read_header(text: &str) -> Result<Header, TokenError> {
    let members = object("header", text)?;
    // Before anything else, so that what such a header means is never guessed.
    if members.contains_key("crit") {
        return Err(TokenError::Critical);
    }
    let algorithm = match members.get("alg").and_then(Value::as_str) {
        Some(name) if name.eq_ignore_ascii_case("none") => return Err(TokenError::Unsigned),
        Some(name) => Algorithm::named(name).ok_or(TokenError::UnknownAlgorithm)?,
        None => return Err(TokenError::BadPart { part: "header", what: "has no `alg`" }),
    };
    Ok(Header { algorithm, key_id: key_id(&members)? })
}

/// `kid`.
pub(super) fn key_id(header: &Map<String, Value>) -> Result<Option<String>, TokenError> {
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(id)) => Ok(Some(id.clone())),
        Some(_) => Err(TokenError::BadPart { part: "header", what: "has a `kid` that is no text" }),
    }
}

pub(super) fn object(part: &'static str, text: &str) -> Result<Map<String, Value>, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::BadPart { part, what: "is not base64url" })?;
    parse_unique_object(&bytes).map_err(|what| TokenError::BadPart { part, what })
}

/// Signs claims.
pub fn compact(
    claims: &Map<String, Value>,
    key: &Key,
    algorithm: Algorithm,
    key_id: Option<&str>,
) -> Result<String, KeyError> {
    let mut header = json!({ "alg": algorithm.name(), "typ": "JWT" });
    if let Some(id) = key_id.or(key.id.as_deref()) {
        header["kid"] = id.into();
    }
    let mut text = two_parts(&header, claims);
    let signature = key.sign(algorithm, text.as_bytes())?;
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Ok(text)
}

/// A token without a signature, as RFC 7519, 6 has it.
pub fn unsigned(claims: &Map<String, Value>) -> String {
    two_parts(&json!({ "alg": "none", "typ": "JWT" }), claims) + "."
}

#[expect(clippy::expect_used, reason = "a map of JSON values has texts as keys, and memory takes all that is written")]
fn two_parts(header: &Value, claims: &Map<String, Value>) -> String {
    let claims = serde_json::to_string(claims).expect("JSON in memory");
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims))
}
