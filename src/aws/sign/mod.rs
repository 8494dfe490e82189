//! Signature Version 4, in headers, the way AWS's own client does it for every service but S3. The rules are those of AWS's
//! "Create a signed AWS API request"; AWS's signer for Rust gives the same signatures, which a test sees to.
//!
//! A call is signed at the price of hashing it: the key of the day is kept, and nothing is copied that is only looked at.

mod canonical;
mod error;
mod key;
mod scope;

use std::time::SystemTime;

use aws_credential_types::Credentials as Keys;
use aws_lc_rs::digest::{self, SHA256, digest};
use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use http::{Method, Uri};
use time::OffsetDateTime;

use crate::value::{century_and_year, two_digits};
use canonical::Rules;
use key::DayKeys;

pub use error::SignError;
pub use scope::Scope;

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The usual size of a canonical request, a string to sign or an `authorization`, in bytes.
const USUAL: usize = 512;

/// Signs requests for one scope.
#[derive(Debug, Clone)]
pub struct Signer {
    scope: Scope,
    rules: Rules,
    keys: DayKeys,
}

impl Signer {
    /// A signer that encodes the path once more for the canonical request, as every service but S3 expects.
    pub fn new(scope: Scope) -> Self {
        Signer { keys: DayKeys::default(), scope, rules: Rules::default() }
    }

    /// The same, with the payload's hash in `x-amz-content-sha256`, which function URLs ask for behind CloudFront.
    #[must_use]
    pub fn with_payload_hash(mut self) -> Self {
        self.rules.payload_hash = true;
        self
    }

    /// The scope of its signatures.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Adds `x-amz-date`, `x-amz-security-token` where the keys have one, and `authorization`.
    ///
    /// Every header present is signed, except those that intermediaries change, and must go out unchanged, as must path
    /// and query. The host is taken from `uri`.
    pub fn sign(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &mut HeaderMap,
        payload: &PayloadHash,
        keys: &Keys,
        time: SystemTime,
    ) -> Result<(), SignError> {
        let date = date(time);
        let date = std::str::from_utf8(&date).map_err(|_| SignError("the date is out of range"))?;
        let payload = payload.0.as_str();
        headers.insert(DATE, HeaderValue::from_str(date).map_err(|_| SignError("the date is out of range"))?);
        if self.rules.payload_hash {
            let hash = HeaderValue::from_str(payload).map_err(|_| SignError("the hash is no text"))?;
            headers.insert(CONTENT_SHA256, hash);
        }
        let token = keys.session_token().map(secret).transpose()?;
        if let Some(token) = token.as_ref().filter(|_| !self.rules.omit_session_token) {
            headers.insert(SECURITY_TOKEN, token.clone());
        }
        let mut text = String::with_capacity(USUAL);
        let signed = canonical::write(&mut text, &self.rules, method, uri, headers, payload)?;

        let day = self.keys.get(&self.scope, keys.secret_access_key(), &date[..8]);
        let hash = Hex::of(digest(&SHA256, text.as_bytes()));
        // The string to sign follows the canonical request in the same buffer.
        let start = text.len();
        push(&mut text, &["AWS4-HMAC-SHA256\n", date, "\n", &day.scope, "\n", hash.as_str()]);
        let signature = Hex::of_bytes(&key::mac(&day.key, &text.as_bytes()[start..]));
        let authorization = joined(&[
            "AWS4-HMAC-SHA256 Credential=",
            keys.access_key_id(),
            "/",
            &day.scope,
            ", SignedHeaders=",
            &text[signed],
            ", Signature=",
            signature.as_str(),
        ]);
        headers.insert(AUTHORIZATION, hidden(HeaderValue::from_maybe_shared(Bytes::from(authorization)))?);
        if let Some(token) = token.filter(|_| self.rules.omit_session_token) {
            headers.insert(SECURITY_TOKEN, token);
        }
        Ok(())
    }
}

/// A header that no log shows.
fn secret(text: &str) -> Result<HeaderValue, SignError> {
    hidden(HeaderValue::from_str(text))
}

fn hidden(value: Result<HeaderValue, InvalidHeaderValue>) -> Result<HeaderValue, SignError> {
    let mut value = value.map_err(|_| SignError("the keys hold what a header cannot carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// The parts behind each other. This is several times as fast as a format string, and every call pays it.
fn joined(parts: &[&str]) -> String {
    let mut out = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    push(&mut out, parts);
    out
}

fn push(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}

/// `20150830T123600Z`.
fn date(time: SystemTime) -> [u8; 16] {
    let at = OffsetDateTime::from(time);
    let [century, year] = century_and_year(at.year());
    let mut out = *b"YYYYMMDDTHHMMSSZ";
    two_digits(&mut out[..8], [century, year, at.month().into(), at.day()]);
    two_digits(&mut out[9..15], [at.hour(), at.minute(), at.second()]);
    out
}

/// The hash of a payload, as signatures have it.
#[derive(Debug)]
pub struct PayloadHash(Hex);

impl PayloadHash {
    pub fn of(payload: &[u8]) -> Self {
        PayloadHash(Hex::of(digest(&SHA256, payload)))
    }

    /// One that somebody has found out while the payload came in.
    pub fn known(sha256: &[u8; 32]) -> Self {
        PayloadHash(Hex::of_bytes(sha256))
    }
}

/// 32 bytes as they are written.
#[derive(Debug)]
struct Hex([u8; 64]);

impl Hex {
    fn of(digest: digest::Digest) -> Self {
        Hex::of_bytes(digest.as_ref())
    }

    #[expect(clippy::expect_used, reason = "only digests and tags of 32 bytes come here, and 64 digits hold them")]
    fn of_bytes(bytes: &[u8]) -> Self {
        let mut text = [0; 64];
        hex::encode_to_slice(bytes, &mut text).expect("32 bytes");
        Hex(text)
    }

    #[expect(clippy::expect_used, reason = "`of_bytes`, which alone makes one, writes ASCII digits only")]
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII digits")
    }
}

#[cfg(test)]
mod tests;
