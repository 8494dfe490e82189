//! Checks AWS Signature Version 4 on the server's side.
//!
//! Written from "Signature Version 4 signing process" in the AWS IAM user guide, for services other
//! than S3. It shares no code with the gateway's signer deliberately: it is a second implementation.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use http::request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::errors::Refusal;
use crate::value;

/// How far the caller's clock may be from ours.
const SKEW: Duration = Duration::minutes(5);
/// Everything but RFC 3986 unreserved characters is percent-encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/// The one identity that may call, and the scope its signatures must name.
pub struct Verifier {
    pub region: String,
    pub service: &'static str,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

/// The parts of a request that a signature covers, as they came over the wire.
pub struct Signed<'a> {
    pub method: &'a str,
    /// Still percent-encoded; it is encoded once more in the canonical request.
    pub path: &'a str,
    /// Still percent-encoded, without the question mark.
    pub query: &'a str,
    /// Lower-case names in order of arrival.
    pub headers: Vec<(String, String)>,
    pub body: &'a [u8],
    /// Removes dot segments and repeated slashes from the path: true for every service but S3.
    pub normalize: bool,
}

/// The fields of an `Authorization: AWS4-HMAC-SHA256 …` header.
pub struct Authorization<'a> {
    access_key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    pub signed_headers: &'a str,
    pub signature: &'a str,
}

impl Verifier {
    /// Accepts a request whose signature, scope, date, key and session token are all right at `now`.
    pub fn verify(&self, request: &Signed, now: OffsetDateTime) -> Result<(), Refusal> {
        let header = request.header("authorization");
        let header = header.ok_or_else(Refusal::missing_authentication)?;
        let authorization = Authorization::parse(header)?;
        if authorization.access_key_id != self.access_key_id {
            return Err(Refusal::unrecognized_client());
        }
        let timestamp = request.header("x-amz-date").ok_or_else(|| {
            Refusal::incomplete_signature("Authorization header requires existence of an 'X-Amz-Date' header.")
        })?;
        self.check_scope(&authorization, timestamp)?;
        check_clock(timestamp, now)?;
        if request.header("x-amz-security-token") != self.session_token.as_deref() {
            return Err(Refusal::unrecognized_client());
        }
        authorization.check_signed_headers(request)?;
        if request.declared_hash_differs() {
            return Err(Refusal::invalid_signature(MISMATCH));
        }
        self.check_signature(request, &authorization, timestamp)
    }

    fn check_scope(&self, authorization: &Authorization, timestamp: &str) -> Result<(), Refusal> {
        let wrong = if !timestamp.starts_with(authorization.date) {
            let (scope, date) = (authorization.date, timestamp.get(..8).unwrap_or(timestamp));
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope}' != '{date}', from '{timestamp}'."
            )
        } else if authorization.region != self.region {
            "Credential should be scoped to a valid region. ".to_owned()
        } else if authorization.service != self.service {
            format!("Credential should be scoped to correct service: '{}'. ", self.service)
        } else {
            return Ok(());
        };
        Err(Refusal::invalid_signature(wrong))
    }

    /// Compares in constant time.
    pub fn check_signature(
        &self,
        request: &Signed,
        authorization: &Authorization,
        timestamp: &str,
    ) -> Result<(), Refusal> {
        let canonical = request.canonical(authorization.signed_headers);
        let text = authorization.string_to_sign(&canonical, timestamp);
        let secret = format!("AWS4{}", self.secret_access_key);
        let mut key = Key::new(HMAC_SHA256, secret.as_bytes());
        for part in [authorization.date, authorization.region, authorization.service, "aws4_request"] {
            key = Key::new(HMAC_SHA256, sign(&key, part.as_bytes()).as_ref());
        }
        let given = hex::decode(authorization.signature).ok();
        given
            .filter(|given| verify(&key, text.as_bytes(), given).is_ok())
            .ok_or_else(|| Refusal::invalid_signature(MISMATCH))
            .map(drop)
    }
}

impl<'a> Authorization<'a> {
    pub fn parse(header: &'a str) -> Result<Authorization<'a>, Refusal> {
        let Some(header) = value::Authorization::parse(header).filter(|header| header.scheme == "AWS4-HMAC-SHA256")
        else {
            return Err(Refusal::incomplete_signature(
                "Unsupported authorization algorithm: only AWS4-HMAC-SHA256 is accepted.",
            ));
        };
        let field = |name: &str| match header.parameters().find(|(key, _)| *key == name) {
            Some((_, Cow::Borrowed(value))) => Ok(value),
            _ => Err(Refusal::incomplete_signature(format!("Authorization header requires '{name}' parameter."))),
        };
        let scope: Vec<&str> = field("Credential")?.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = scope[..] else {
            return Err(Refusal::incomplete_signature(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, ending in aws4_request.",
            ));
        };
        Ok(Authorization {
            access_key_id,
            date,
            region,
            service,
            signed_headers: field("SignedHeaders")?,
            signature: field("Signature")?,
        })
    }

    /// `host` and every `x-amz-*` header must be signed: unsigned ones could be changed on the way.
    fn check_signed_headers(&self, request: &Signed) -> Result<(), Refusal> {
        let signed: Vec<&str> = self.signed_headers.split(';').collect();
        let needed = |name: &str| name == "host" || (name.starts_with("x-amz-") && name != "x-amz-user-agent");
        let names = request.headers.iter().map(|(name, _)| name.as_str());
        let mut loose = names.filter(|name| needed(name) && !signed.contains(name));
        match loose.next() {
            Some(name) => {
                Err(Refusal::invalid_signature(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")))
            }
            None => Ok(()),
        }
    }

    pub fn string_to_sign(&self, canonical: &str, timestamp: &str) -> String {
        let (date, region, service) = (self.date, self.region, self.service);
        let hash = sha256_hex(canonical.as_bytes());
        format!("AWS4-HMAC-SHA256\n{timestamp}\n{date}/{region}/{service}/aws4_request\n{hash}")
    }
}

impl<'a> Signed<'a> {
    /// The signed parts of a request received by hyper. HTTP/2 carries the host in the URI.
    pub fn from_parts(parts: &'a request::Parts, body: &'a [u8]) -> Signed<'a> {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let pairs = parts.headers.iter();
        let mut headers: Vec<_> = pairs.map(|(name, value)| (name.to_string(), text(value))).collect();
        if let (None, Some(host)) = (parts.headers.get("host"), parts.uri.authority()) {
            headers.push(("host".to_owned(), host.to_string()));
        }
        Signed {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            headers,
            body,
            normalize: true,
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The canonical request over the headers the caller says it signed.
    pub fn canonical(&self, signed_headers: &str) -> String {
        let headers: String = signed_headers.split(';').map(|name| format!("{name}:{}\n", self.values(name))).collect();
        let (method, path, query) = (self.method, self.canonical_path(), self.canonical_query());
        let hash = sha256_hex(self.body);
        format!("{method}\n{path}\n{query}\n{headers}\n{signed_headers}\n{hash}")
    }

    fn values(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(key, _)| key == name);
        let squeezed = values.map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "));
        squeezed.collect::<Vec<_>>().join(",")
    }

    fn canonical_path(&self) -> String {
        let path = if self.normalize { normalized(self.path) } else { self.path.to_owned() };
        path.split('/').map(encoded).collect::<Vec<_>>().join("/")
    }

    fn canonical_query(&self) -> String {
        let recoded = |text: &str| {
            let bytes: Vec<u8> = percent_decode_str(text).collect();
            percent_encode(&bytes, RESERVED).to_string()
        };
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        let mut pairs: Vec<(String, String)> = pairs
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (recoded(name), recoded(value)))
            .collect();
        pairs.sort();
        let joined = pairs.iter().map(|(name, value)| format!("{name}={value}"));
        joined.collect::<Vec<_>>().join("&")
    }

    fn declared_hash_differs(&self) -> bool {
        let declared = self.header("x-amz-content-sha256");
        declared.is_some_and(|hash| hash != sha256_hex(self.body))
    }
}

fn check_clock(timestamp: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let signed = PrimitiveDateTime::parse(timestamp, format)
        .map_err(|_| Refusal::incomplete_signature("Date must be in ISO-8601 'basic format'."))?;
    let signed = signed.assume_utc();
    let show = |at: OffsetDateTime| at.format(format).unwrap_or_default();
    let message = if signed < now - SKEW {
        let (now, edge) = (show(now), show(now - SKEW));
        format!("Signature expired: {timestamp} is now earlier than {edge} ({now} - 5 min.)")
    } else if signed > now + SKEW {
        let (now, edge) = (show(now), show(now + SKEW));
        format!("Signature not yet current: {timestamp} is still later than {edge} ({now} + 5 min.)")
    } else {
        return Ok(());
    };
    Err(Refusal::invalid_signature(message))
}

fn normalized(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let slash = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{slash}", segments.join("/"))
}

fn encoded(segment: &str) -> String {
    percent_encode(segment.as_bytes(), RESERVED).to_string()
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}
