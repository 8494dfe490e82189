//! A request as a small JSON object of Gantry's own, for functions that know nothing of API Gateway.

use std::borrow::Cow;

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;
use serde::de::IgnoredAny;

use super::map::{Always, Map};
use super::request::EventRequest;
use super::{headers, query};
use crate::value::without_mark;

/// A value, or a list where a name is there more than once.
#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany<'a> {
    One(&'a str),
    Many(&'a [Cow<'a, str>]),
}

/// The JSON of a request: `method`, `path`, `query`, `headers`, `body` and `isBase64Encoded`.
///
/// A body that says it is JSON, and is, stands there as JSON, byte for byte; other text as text, and bytes that are no text
/// as base64 with the flag set.
pub fn plain(request: &EventRequest<'_>) -> Result<Bytes, serde_json::Error> {
    let body = request.body.unwrap_or_default();
    let mut out = Vec::with_capacity(1024 + body.len() * 4 / 3);
    member(&mut out, b"{\"method\":", request.method)?;
    member(&mut out, b",\"path\":", request.path)?;
    let parameters = query::parameters(request.query);
    member(&mut out, b",\"query\":", &Always(&one_or_many(&parameters)))?;
    let shown = headers::shown(request);
    member(&mut out, b",\"headers\":", &Always(&flat(&shown)))?;
    out.extend_from_slice(b",\"body\":");
    let is_base64 = write_body(&mut out, request.content_type(), body)?;
    member(&mut out, b",\"isBase64Encoded\":", &is_base64)?;
    out.push(b'}');
    Ok(out.into())
}

fn member<T: Serialize + ?Sized>(out: &mut Vec<u8>, name: &[u8], value: &T) -> Result<(), serde_json::Error> {
    out.extend_from_slice(name);
    serde_json::to_writer(out, value)
}

/// Says whether it wrote base64.
fn write_body(out: &mut Vec<u8>, content_type: &str, body: &[u8]) -> Result<bool, serde_json::Error> {
    if body.is_empty() {
        out.extend_from_slice(b"null");
        return Ok(false);
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let says_json = essence == "application/json" || essence.ends_with("+json");
    let json = without_mark(body);
    // The parser does not check skipped bytes: they have to be text first.
    let is_json =
        |json: &[u8]| std::str::from_utf8(json).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    if says_json && is_json(json) {
        out.extend_from_slice(json);
        return Ok(false);
    }
    match std::str::from_utf8(body) {
        Ok(text) => serde_json::to_writer(out, text).map(|()| false),
        Err(_) => {
            let encoded = format!("\"{}\"", Base64Display::new(body, &BASE64_STANDARD));
            out.extend_from_slice(encoded.as_bytes());
            Ok(true)
        }
    }
}

fn one_or_many<'m>(parameters: &'m Map<'m, Vec<Cow<'m, str>>>) -> Map<'m, OneOrMany<'m>> {
    let pairs = parameters.0.iter().map(|(name, values)| {
        let value = match &values[..] {
            [one] => OneOrMany::One(one),
            many => OneOrMany::Many(many),
        };
        (Cow::Borrowed(&**name), value)
    });
    Map(pairs.collect())
}

/// Values joined as HTTP joins them: by commas, and cookies by semicolons.
fn flat(shown: &HeaderMap) -> Map<'_, Cow<'_, str>> {
    let mut flat = headers::joined(shown);
    let cookies = headers::cookies(shown);
    if !cookies.is_empty() {
        flat.0.push((Cow::Borrowed("cookie"), Cow::Owned(cookies.join("; "))));
    }
    flat
}
