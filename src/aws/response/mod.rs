//! The result of a function with a proxy integration, as an HTTP response.
//!
//! The rules are API Gateway's ("Output format of a Lambda function for proxy integration" for REST APIs, "Lambda
//! function response for format 2.0" for HTTP APIs, "Respond to the load balancer" for load balancers); where a function bends them, REST APIs refuse (`strict`) and most
//! gateways shrug.

mod answer;
mod error;
mod headers;
mod stream;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::event::EventFormat;
use crate::value::JSON;
use answer::{Json, Members, bytes_of, integer_of, text_of};

pub use error::ProxyError;
pub use stream::{OpenError, StreamedResponse, open};

/// An HTTP response. Cookies are `Set-Cookie` headers, one each; `Content-Length` is not among the headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// By which rules an answer is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub format: EventFormat,
    /// Refuses what REST APIs refuse: members they do not know, a body that is not a text, a flag that is not a boolean, one
    /// value where a list of values is due. Every response then has a content type.
    pub strict: bool,
    /// False sends a body that is marked as base64 as it is: REST APIs decode only what the client accepts as binary.
    pub decodes: bool,
}

/// Base64 as AWS takes it: with padding and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const MEMBERS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// Reads a function's answer.
pub fn parse(reading: Reading, payload: &Bytes) -> Result<ProxyResponse, ProxyError> {
    let Reading { format, strict, .. } = reading;
    match (format, answer::read(payload)?) {
        (EventFormat::V2, Json::Str(text)) => Ok(bare(bytes_of(text, payload))),
        (_, Json::Object(members)) => {
            let answer = Members::from(members);
            let has_status = answer.get("statusCode").is_some();
            let unknown = answer.names().find(|name| !MEMBERS.contains(name));
            match (format, unknown) {
                (EventFormat::V1, Some(name)) if strict => Err(ProxyError::UnknownMember(name.to_owned())),
                (EventFormat::V2, _) if !has_status => Ok(bare(payload.clone())),
                (EventFormat::Alb { .. }, _) if !has_status => Err(ProxyError::NoStatus),
                _ => proxy(reading, answer, payload),
            }
        }
        (EventFormat::V2, _) => Ok(bare(payload.clone())),
        (EventFormat::V1 | EventFormat::Alb { .. }, _) => Err(ProxyError::NotAnObject),
    }
}

/// Format 2.0 takes anything without a status code for the body of a success. A JSON string loses its quotes, as behind
/// HTTP APIs; everything else, `null` too, is sent as the function wrote it.
fn bare(body: Bytes) -> ProxyResponse {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, JSON)]);
    ProxyResponse { status: StatusCode::OK, headers, body }
}

fn proxy(reading: Reading, mut answer: Members<'_>, payload: &Bytes) -> Result<ProxyResponse, ProxyError> {
    let Reading { format, strict, .. } = reading;
    let status = status(&answer)?;
    let mut headers = headers::read(format, &answer, strict)?;
    let mut body = body(&mut answer, payload, reading)?;
    // These have no body by definition (RFC 9110, 15.3.5 and 15.4.5).
    if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        body.clear();
    }
    if (strict || !body.is_empty()) && !headers.contains_key(CONTENT_TYPE) {
        let default = match format {
            EventFormat::V1 => "application/json",
            EventFormat::V2 => "text/plain; charset=utf-8",
            EventFormat::Alb { .. } => "application/octet-stream",
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(default));
    }
    Ok(ProxyResponse { status, headers, body })
}

/// A whole number, or one written as text. 1xx cannot end an exchange.
fn status(answer: &Members<'_>) -> Result<StatusCode, ProxyError> {
    let value = match answer.get("statusCode") {
        None | Some(Json::Null) => return Ok(StatusCode::OK),
        Some(value) => value,
    };
    let number = integer_of(value).and_then(|number| u16::try_from(number).ok());
    let status =
        number.filter(|number| (200..=599).contains(number)).and_then(|number| StatusCode::from_u16(number).ok());
    status.ok_or_else(|| ProxyError::Status(text_of(value).into_owned()))
}

#[expect(
    clippy::expect_used,
    reason = "a value that was parsed has texts as keys, and memory takes all that is written"
)]
fn body(answer: &mut Members<'_>, payload: &Bytes, reading: Reading) -> Result<Bytes, ProxyError> {
    // A load balancer turns nothing into text.
    let only_text = reading.strict || matches!(reading.format, EventFormat::Alb { .. });
    let base64 = is_base64(answer, reading.strict)? && reading.decodes;
    match answer.take("body") {
        None | Some(Json::Null) => Ok(Bytes::new()),
        Some(Json::Str(text)) if base64 => {
            BASE64.decode(one_line(&text).as_bytes()).map(Bytes::from).map_err(|_| ProxyError::Base64)
        }
        Some(Json::Str(text)) => Ok(bytes_of(text, payload)),
        Some(_) if only_text || base64 => Err(ProxyError::BodyKind),
        Some(other) => Ok(serde_json::to_vec(&other).expect("JSON in memory").into()),
    }
}

/// Base64 without the line ends that MIME has in it.
fn one_line(text: &str) -> Cow<'_, str> {
    match text.contains(['\r', '\n']) {
        true => Cow::Owned(text.replace(['\r', '\n'], "")),
        false => Cow::Borrowed(text),
    }
}

/// The flag, or the name it had before (`base64Encoded`), which SAM lets win.
fn is_base64(answer: &Members<'_>, strict: bool) -> Result<bool, ProxyError> {
    let old = answer.get("base64Encoded").filter(|value| !strict && !value.is_null());
    match old.or_else(|| answer.get("isBase64Encoded")) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(Json::Str(text)) if !strict && text.eq_ignore_ascii_case("true") => Ok(true),
        Some(Json::Str(text)) if !strict && text.eq_ignore_ascii_case("false") => Ok(false),
        Some(_) => Err(ProxyError::Flag),
    }
}
