//! The content of an event: a request and its circumstances.

use std::borrow::Cow;

use http::HeaderMap;
use time::{OffsetDateTime, UtcOffset};

use crate::runtime::{Authorized, ClientCertificate};
use crate::value::{century_and_year, two_digits};

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
    /// A REST API of an export: its events do not have the headers that AWS takes out, such as `Content-Length`.
    pub of_rest_export: bool,
    /// What let the caller in: `authorizer.claims` in 1.0, `authorizer.jwt.claims` in 2.0; of a Lambda authorizer `authorizer`
    /// and `authorizer.lambda`.
    pub authorizer: Option<&'a Authorized>,
    /// The certificate of the client, which `clientCert` shows.
    pub certificate: Option<&'a ClientCertificate>,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl EventRequest<'_> {
    /// The Common Log Format's time, which `requestTime` and `time` have.
    pub(super) fn time_text(&self) -> String {
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

    pub(super) fn time_milliseconds(&self) -> i64 {
        self.time.unix_timestamp() * 1000 + i64::from(self.time.millisecond())
    }

    pub(super) fn domain_prefix(&self) -> &str {
        self.domain_name.split('.').next().unwrap_or_default()
    }

    /// The ARN of the method with this path, in a region.
    pub(super) fn arn(&self, region: &str, path: &str) -> String {
        let partition = match region {
            _ if region.starts_with("cn-") => "aws-cn",
            _ if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let (account, api, stage, method) = (self.account_id, self.api_id, self.stage, self.method);
        let path = path.strip_prefix('/').unwrap_or(path);
        format!("arn:{partition}:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}")
    }

    /// `path` behind its stage, as the caller of a deployed API writes it.
    pub(super) fn path_with_stage<'p>(&self, path: &'p str) -> Cow<'p, str> {
        match self.stage {
            "" | "$default" => Cow::Borrowed(path),
            stage => Cow::Owned(format!("/{stage}{path}")),
        }
    }

    pub(super) fn content_type(&self) -> &str {
        self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
