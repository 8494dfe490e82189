//! API Gateway's events, written straight into bytes.
//!
//! The shapes are those of "Set up Lambda proxy integrations" (REST, format 1.0) and "Create AWS Lambda proxy
//! integrations for HTTP APIs" (2.0) in the API Gateway Developer Guide. Header names are in lower case in both, as
//! HTTP APIs send them. The headers API Gateway adds (`x-forwarded-*`, `x-amzn-trace-id`) are the caller's to add. The event
//! of a load balancer is that of "Use Application Load Balancer target groups with Lambda functions".

mod alb;
mod body;
mod headers;
mod plain;
mod query;
mod v1;
mod v2;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::ser::{Serialize, SerializeMap, Serializer};
use time::{OffsetDateTime, UtcOffset};

use crate::value::{Value, century_and_year, two_digits};

pub use plain::plain;

/// Which event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventFormat {
    /// REST API, payload format 1.0.
    V1,
    /// HTTP API and function URL, payload format 2.0.
    V2,
    /// Application Load Balancer. Its target group says whether headers and query have one value for each name or lists.
    Alb { multi_value_headers: bool },
}

/// A request as an event needs it. Everything is borrowed; nothing is copied but what has to be decoded.
#[derive(Debug, Clone, Copy)]
pub struct EventRequest<'a> {
    pub method: &'a str,
    /// As received, percent-encoded, without the query.
    pub path: &'a str,
    /// As received, without the question mark; empty where there is none.
    pub query: &'a str,
    /// The path's template: `/orders/{id}`.
    pub resource: &'a str,
    /// Names and values from the path, percent-encoded.
    pub path_parameters: &'a [(&'a str, &'a str)],
    pub headers: &'a HeaderMap,
    pub body: Option<&'a [u8]>,
    /// False writes every body that is text as text, whatever its type. Bytes that are no text stay base64.
    pub base64: bool,
    pub source_ip: &'a str,
    pub user_agent: Option<&'a str>,
    /// `HTTP/1.1`
    pub protocol: &'a str,
    pub request_id: &'a str,
    pub time: OffsetDateTime,
    /// `$default` for an API without stages: then it is not part of the path.
    pub stage: &'a str,
    pub stage_variables: &'a [(&'a str, &'a str)],
    pub account_id: &'a str,
    pub api_id: &'a str,
    pub domain_name: &'a str,
    /// The operation's id, for format 1.0.
    pub operation: Option<&'a str>,
    /// `GET /orders/{id}` or `$default`, for format 2.0.
    pub route_key: &'a str,
    /// Types whose bodies format 1.0 sends as base64: `image/png`, `image/*`, `*/*`.
    pub binary_media_types: &'a [&'a str],
    /// The target group that a load balancer's event names.
    pub target_group_arn: &'a str,
    /// The claims of a token that was validated: `authorizer.claims` in 1.0, `authorizer.jwt.claims` in 2.0.
    pub authorizer: Option<&'a Value>,
}

/// The event's JSON.
pub fn build(format: EventFormat, request: &EventRequest<'_>) -> Result<Bytes, serde_json::Error> {
    let mut bytes = Vec::with_capacity(2048 + request.body.map_or(0, <[u8]>::len) * 4 / 3);
    match format {
        EventFormat::V1 => serde_json::to_writer(&mut bytes, &v1::Event::new(request))?,
        EventFormat::V2 => serde_json::to_writer(&mut bytes, &v2::Event::new(request))?,
        EventFormat::Alb { multi_value_headers } => {
            serde_json::to_writer(&mut bytes, &alb::Event::new(request, multi_value_headers))?;
        }
    }
    Ok(bytes.into())
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Pairs that are written as a map, or as null where there are none. No name is there twice.
#[derive(Debug, Default)]
struct Map<'a, T>(Vec<(Cow<'a, str>, T)>);

impl<'a, T> Map<'a, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn entry(&mut self, name: &str) -> Option<&mut T> {
        self.0.iter_mut().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// The same, written as an empty map where there are none.
struct Always<'m, 'a, T>(&'m Map<'a, T>);

impl<T: Serialize> Serialize for Always<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<T: Serialize> Serialize for Map<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_empty() {
            return serializer.serialize_none();
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl EventRequest<'_> {
    /// The Common Log Format's time, which `requestTime` and `time` have.
    fn time_text(&self) -> String {
        let time = self.time.to_offset(UtcOffset::UTC);
        let [century, year] = century_and_year(time.year());
        let mut text = *b"DD/Mmm/YYYY:HH:MM:SS +0000";
        two_digits(&mut text[..2], [time.day()]);
        text[3..6].copy_from_slice(MONTHS[usize::from(u8::from(time.month()) - 1)].as_bytes());
        two_digits(&mut text[7..11], [century, year]);
        two_digits(&mut text[12..14], [time.hour()]);
        two_digits(&mut text[15..17], [time.minute()]);
        two_digits(&mut text[18..20], [time.second()]);
        String::from_utf8_lossy(&text).into_owned()
    }

    fn time_milliseconds(&self) -> i64 {
        self.time.unix_timestamp() * 1000 + i64::from(self.time.millisecond())
    }

    fn domain_prefix(&self) -> &str {
        self.domain_name.split('.').next().unwrap_or_default()
    }

    /// `path` behind its stage, as the caller of a deployed API writes it.
    fn path_with_stage<'p>(&self, path: &'p str) -> Cow<'p, str> {
        match self.stage {
            "" | "$default" => Cow::Borrowed(path),
            stage => Cow::Owned(format!("/{stage}{path}")),
        }
    }

    fn content_type(&self) -> &str {
        self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The text behind a percent-encoded one; bytes that are not UTF-8 leave it as it was.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

fn borrowed<'a>(pairs: &[(&'a str, &'a str)]) -> Map<'a, &'a str> {
    Map(pairs.iter().map(|(name, value)| (Cow::Borrowed(*name), *value)).collect())
}
