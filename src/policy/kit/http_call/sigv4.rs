//! `aws-sigv4`: calls of function URLs and API Gateway, signed.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Method, Response, StatusCode, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use tokio::time::{Instant, timeout_at};

use super::config::SigV4Config;
use super::tail::with_path_and_query;
use super::url::Target;
use crate::aws::credentials::Credentials;
use crate::aws::sign::{PayloadHash, Scope, Signer};
use crate::base::{Reported, codes};
use crate::policy::Compiler;
use crate::policy::kit::aws_credentials::{self, StepIdentity};
use crate::policy::kit::aws_region::StepRegion;
use crate::resources::cache::Fingerprint;
use crate::runtime::{Fault, FaultSource, kinds};
use crate::value::form;

/// The characters that a signed query does not encode.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The header that says whose request it is on the way through AWS; intermediaries change it, so it is never signed.
const TRACE_ID: &str = "x-amzn-trace-id";

/// Signs the calls of one step.
pub(super) struct SigV4 {
    signer: Signer,
    credentials: Arc<Credentials>,
}

impl SigV4 {
    pub(super) fn compile(
        config: &SigV4Config,
        target: &Target,
        compiler: &mut Compiler<'_, '_>,
    ) -> Result<Self, Reported> {
        let host = target.fixed_host().unwrap_or_default();
        let (host_service, host_region) = of_host(&host);
        let service = match &config.service {
            Some(text) => Some(compiler.constant("/aws-sigv4/service", text)?),
            None => host_service.map(str::to_owned),
        };
        let Some(service) = service.filter(|service| !service.is_empty()) else {
            let message = "the host does not say which service the call is signed for";
            let help = "write `service: lambda` for a function URL, or `service: execute-api` for API Gateway";
            return Err(compiler.error_with_help(codes::BAD_VALUE, "/aws-sigv4", message, help));
        };
        let region = StepRegion {
            pointer: "/aws-sigv4/region",
            written: config.region.as_deref(),
            implied: host_region,
            implied_by: "the host",
            owner: ("/aws-sigv4", "this call"),
            lambda: false,
        };
        let region = region.compile(compiler)?;
        let credentials = config.credentials.as_deref();
        let identity = StepIdentity { owner: "/aws-sigv4", lambda: false, credentials, properties: &config.identity };
        let credentials = aws_credentials::compile(identity, Some(&region), compiler)?;
        let has_hash = service == "lambda";
        let signer = Signer::new(Scope { region, service });
        let signer = if has_hash { signer.with_payload_hash() } else { signer };
        Ok(SigV4 { signer, credentials })
    }

    /// Adds as whom and for what it signs.
    pub(super) fn identify(&self, all: Fingerprint) -> Fingerprint {
        let Scope { region, service } = self.signer.scope();
        all.with(region).with(service).with_credentials(self.credentials.source())
    }

    /// Signs a request; says with which key. The query is rewritten so that what is sent is what was signed.
    pub(super) async fn sign(
        &self,
        method: &Method,
        uri: &mut Uri,
        headers: &mut HeaderMap,
        body: &Bytes,
        deadline: Instant,
    ) -> Result<String, Fault> {
        let refused = |message: &str| {
            Fault::new(&kinds::PROPERTY, FaultSource::Gateway, message).with_status(StatusCode::BAD_REQUEST)
        };
        *uri = canonical(uri).map_err(refused)?;
        let unavailable = || {
            let message = "the gateway has no valid AWS credentials for this call";
            Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message)
        };
        let keys = timeout_at(deadline, self.credentials.get()).await.map_err(|_| unavailable())?;
        let keys = keys.map_err(|error| unavailable().with_cause(error))?;
        for name in ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"] {
            headers.remove(name);
        }
        headers.remove(AUTHORIZATION);
        // Only what AWS asks for is signed: anything else may be changed on the way, or may not be text.
        let is_signed = |name: &HeaderName| {
            *name == CONTENT_TYPE || (name.as_str().starts_with("x-amz-") && name.as_str() != TRACE_ID)
        };
        let mut signed = HeaderMap::new();
        for (name, value) in headers.iter().filter(|(name, value)| is_signed(name) && value.to_str().is_ok()) {
            signed.append(name, value.clone());
        }
        let key = keys.access_key_id().to_owned();
        self.signer.sign(method, uri, &mut signed, &PayloadHash::of(body), &keys, SystemTime::now()).map_err(
            |error| {
                let message = "the call could not be signed";
                Fault::new(&kinds::RUNTIME, FaultSource::Gateway, message).with_cause(error)
            },
        )?;
        for name in signed.keys() {
            headers.remove(name);
        }
        headers.extend(signed);
        Ok(key)
    }

    /// Throws keys away that AWS says have expired, so that the next call gets new ones.
    pub(super) fn learn<B>(&self, answer: &Response<B>, key: &str) {
        let kind = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
        if answer.status() == StatusCode::FORBIDDEN && kind.is_some_and(|kind| kind.starts_with("ExpiredToken")) {
            self.credentials.mark_stale(key);
        }
    }
}

/// Service and region, where a host of AWS says them.
fn of_host(host: &str) -> (Option<&'static str>, Option<&str>) {
    match host.split('.').collect::<Vec<_>>().as_slice() {
        [_, "lambda-url", region, "on", "aws"] => (Some("lambda"), Some(region)),
        [_, "execute-api", region, "amazonaws", ..] => (Some("execute-api"), Some(region)),
        _ => (None, None),
    }
}

/// The URL in the form that both sides sign: every query parameter with its `=`, encoded in the one way there is. A path
/// with dot segments has no such form: AWS resolves them before it checks the signature, others on the way do not.
fn canonical(uri: &Uri) -> Result<Uri, &'static str> {
    let dots = |segment: &str| matches!(&*percent_decode_str(segment).decode_utf8_lossy(), "." | "..");
    if uri.path().split('/').any(dots) {
        return Err("a URL with `.` or `..` in its path cannot be signed");
    }
    let Some(query) = uri.query() else { return Ok(uri.clone()) };
    let mut text = uri.path().to_owned();
    let mut separator = '?';
    for (name, value) in form::written_pairs(query) {
        text.push(separator);
        text.push_str(&encoded(name)?);
        text.push('=');
        text.push_str(&encoded(value)?);
        separator = '&';
    }
    with_path_and_query(uri.clone(), &text).map_err(|_| "the URL cannot be signed")
}

fn encoded(text: &str) -> Result<String, &'static str> {
    let spaced = text.replace('+', "%20");
    let decoded =
        percent_decode_str(&spaced).decode_utf8().map_err(|_| "a query that is not UTF-8 cannot be signed")?;
    Ok(utf8_percent_encode(&decoded, UNRESERVED).to_string())
}
