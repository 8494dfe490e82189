//! What a function behind a proxy integration returned, as an HTTP response.
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

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::event::EventFormat;
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

const MEMBERS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// Reads a function's answer. `strict` refuses what REST APIs refuse: members they do not know, a body that is not a
/// string, a flag that is not a boolean, a missing status.
pub fn parse(format: EventFormat, payload: &Bytes, strict: bool) -> Result<ProxyResponse, ProxyError> {
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
                _ => proxy(format, answer, payload, strict),
            }
        }
        (EventFormat::V2, _) => Ok(bare(payload.clone())),
        (EventFormat::V1 | EventFormat::Alb { .. }, _) => Err(ProxyError::NotAnObject),
    }
}

/// Format 2.0 takes anything without a status code for the body of a success. A JSON string loses its quotes, as behind
/// HTTP APIs; everything else, `null` too, is sent as the function wrote it.
fn bare(body: Bytes) -> ProxyResponse {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    ProxyResponse { status: StatusCode::OK, headers, body }
}

fn proxy(
    format: EventFormat,
    mut answer: Members<'_>,
    payload: &Bytes,
    strict: bool,
) -> Result<ProxyResponse, ProxyError> {
    let status = status(&answer, strict)?;
    let mut headers = headers::read(format, &answer)?;
    // A load balancer stringifies nothing.
    let mut body = body(&mut answer, payload, strict, strict || matches!(format, EventFormat::Alb { .. }))?;
    // These have no body by definition (RFC 9110, 15.3.5 and 15.4.5).
    if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        body.clear();
    }
    if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
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
fn status(answer: &Members<'_>, strict: bool) -> Result<StatusCode, ProxyError> {
    let value = match answer.get("statusCode") {
        None | Some(Json::Null) if strict => return Err(ProxyError::NoStatus),
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
fn body(answer: &mut Members<'_>, payload: &Bytes, strict: bool, only_text: bool) -> Result<Bytes, ProxyError> {
    let base64 = is_base64(answer, strict)?;
    match answer.take("body") {
        None | Some(Json::Null) => Ok(Bytes::new()),
        Some(Json::Str(text)) if base64 => {
            BASE64_STANDARD.decode(text.as_bytes()).map(Bytes::from).map_err(|_| ProxyError::Base64)
        }
        Some(Json::Str(text)) => Ok(bytes_of(text, payload)),
        Some(_) if only_text || base64 => Err(ProxyError::BodyKind),
        Some(other) => Ok(serde_json::to_vec(&other).expect("JSON in memory").into()),
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
