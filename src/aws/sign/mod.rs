//! Signature Version 4, in headers, the way AWS's own client does it for every service but S3.

use std::time::SystemTime;

use aws_credential_types::Credentials as Keys;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

/// What a signature is valid for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub region: String,
    /// `lambda` for the Invoke API and function URLs, `execute-api` for API Gateway.
    pub service: String,
}

/// Why a request could not be signed: a header that is not text.
#[derive(Debug, thiserror::Error)]
#[error("the request cannot be signed: {0}")]
pub struct SignError(String);

/// Signs requests for one scope.
#[derive(Debug, Clone)]
pub struct Signer {
    scope: Scope,
    settings: SigningSettings,
}

impl Signer {
    /// A signer that encodes the path once more for the canonical request, as every service but S3 expects.
    pub fn new(scope: Scope) -> Self {
        Signer { scope, settings: SigningSettings::default() }
    }

    /// The same, with the payload's hash in `x-amz-content-sha256`, which function URLs ask for behind CloudFront.
    #[must_use]
    pub fn with_payload_hash(mut self) -> Self {
        self.settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        self
    }

    /// What its signatures are valid for.
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
        payload: &[u8],
        keys: Keys,
        time: SystemTime,
    ) -> Result<(), SignError> {
        let identity = Identity::from(keys);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.scope.region)
            .name(&self.scope.service)
            .time(time)
            .settings(self.settings.clone())
            .build()
            .map_err(SignError::new)?;
        let mut text = Vec::with_capacity(headers.len());
        for (name, value) in headers.iter() {
            text.push((name.as_str(), value.to_str().map_err(SignError::new)?));
        }
        let body = SignableBody::Bytes(payload);
        let request = SignableRequest::new(method.as_str(), uri.to_string(), text.into_iter(), body);
        let params = SigningParams::from(params);
        let signed = sign(request.map_err(SignError::new)?, &params).map_err(SignError::new)?;
        let (instructions, _) = signed.into_parts();
        let (added, _) = instructions.into_parts();
        for header in added {
            let mut value = HeaderValue::from_str(header.value()).map_err(SignError::new)?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(header.name()), value);
        }
        Ok(())
    }
}

impl SignError {
    fn new(error: impl std::fmt::Display) -> Self {
        SignError(error.to_string())
    }
}

#[cfg(test)]
mod tests;
