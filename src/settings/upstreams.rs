//! Upstreams: services with several targets, which `target-url: upstream://NAME/…` calls.

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Share};
use crate::value::Seconds;

/// The most targets of one upstream.
const MOST_TARGETS: usize = 64;

/// A service with several targets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Upstream {
    /// The servers that do the same: 1 to 64.
    #[schemars(length(min = 1))]
    pub targets: Vec<UpstreamTarget>,
    /// The TLS profile of calls by steps that name none, and of health checks.
    #[serde(default)]
    pub tls_profile: Option<String>,
    /// How long a connection may be in use; the next request then opens another one, and looks up the host again. HTTP/1.1 only. Default: as long as it is good.
    #[serde(default)]
    pub connection_lifetime: Option<Seconds>,
    /// Leaves out a target for a while after failed calls. Without it, no call decides about a target.
    #[serde(default)]
    pub eject: Option<Eject>,
    /// Asks every target at intervals whether it is well. Without it, targets are not asked.
    #[serde(default)]
    pub check: Option<HealthCheck>,
    /// Makes failed calls again, at another target if there is one. Without it, every call is made once.
    #[serde(default)]
    pub retries: Option<Retries>,
    /// Refuses calls of a service that has too many already.
    #[serde(default)]
    pub circuit_breaker: CircuitBreaker,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UpstreamTarget {
    /// Scheme, host and port, without a path: `http://10.0.0.1:8080`.
    pub url: String,
    /// How often it is called in proportion to the others: 0 to 1000. 0 never calls it.
    #[serde(default = "one")]
    #[schemars(range(max = 1000))]
    pub weight: u32,
}

/// Leaves out a target for a while after failed calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Eject {
    /// How many calls have to fail one after the other.
    #[schemars(range(min = 1))]
    pub after_failures: u32,
    /// The calls that have failed: `connect`, `reset`, `timeout`, or a status from 400 to 599.
    pub on: Vec<Condition>,
    /// How long the target is left out for the first time; the second time in a row it is twice as long, and so on.
    pub r#for: Seconds,
    /// The longest time that it is left out.
    pub longest: Seconds,
    /// The share of the targets that may be left out at a time, rounded down to whole targets.
    pub most: Share,
}

/// Asks every target at intervals whether it is well.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HealthCheck {
    /// The path that is asked with GET. A status from 200 to 299 says that the target is well.
    #[schemars(regex(pattern = "^/"))]
    pub path: String,
    /// The time from one check of a target to the next, at least 100 ms.
    #[serde(default = "ten_seconds")]
    pub every: Seconds,
    /// How long the answer may take, at most `every`.
    #[serde(default = "two_seconds")]
    pub timeout: Seconds,
    /// How many checks in a row have to pass before a target is called again.
    #[serde(default = "two")]
    #[schemars(range(min = 1))]
    pub healthy_after: u32,
    /// How many checks in a row have to fail before a target is left out.
    #[serde(default = "three")]
    #[schemars(range(min = 1))]
    pub unhealthy_after: u32,
}

/// Makes failed calls again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Retries {
    /// How many times a call is made at most, the first time included: 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub tries: u32,
    /// The failures after which it is made again: `connect`, `reset`, `timeout`, or a status from 400 to 599.
    pub on: Vec<Condition>,
    /// The methods of calls that are made again though the service may have got them. A call of which nothing was sent is made again whatever its method.
    #[schemars(inner(regex(pattern = "^[A-Z]+$")))]
    pub methods: Vec<String>,
    /// How many retries there may be within ten seconds, as a share of the calls of the same ten seconds. Ten are allowed in any case.
    pub budget: Share,
    /// How long one try may take, from connecting to the head of the answer. Default: what is left of the step's `timeout`.
    pub per_try_timeout: Option<Seconds>,
}

/// Limits of calls at a time. Calls beyond them are not made and fail with status 503.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct CircuitBreaker {
    /// Calls of all targets together, until their answers have been read. Default: no limit.
    #[schemars(range(min = 1))]
    pub requests: Option<u32>,
    /// Calls of one target. With HTTP/1.1 every call has a connection to itself, so this also limits the connections to a target. Default: no limit.
    #[schemars(range(min = 1))]
    pub requests_per_target: Option<u32>,
}

impl Default for Eject {
    fn default() -> Self {
        Eject {
            after_failures: 5,
            on: vec![Condition::Connect, Condition::Reset, Condition::Timeout],
            r#for: Seconds::new(10),
            longest: Seconds::new(300),
            most: Share::HALF,
        }
    }
}

impl Default for Retries {
    fn default() -> Self {
        let methods = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
        Retries {
            tries: 2,
            on: vec![Condition::Connect],
            methods: methods.map(str::to_owned).into(),
            budget: Share::FIFTH,
            per_try_timeout: None,
        }
    }
}

impl UpstreamTarget {
    /// Scheme and host with its port, where the URL has them and nothing else.
    pub fn origin(&self) -> Option<(Scheme, Authority)> {
        let parts = self.url.parse::<Uri>().ok()?.into_parts();
        let (scheme, authority) = (parts.scheme?, parts.authority?);
        let port = authority.as_str().strip_prefix(authority.host());
        let good_port = port.is_some_and(|port| port.is_empty() || authority.port_u16().is_some_and(|port| port > 0));
        let bare = parts.path_and_query.is_none_or(|path| path.as_str() == "/");
        let known = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        (known && bare && good_port && !authority.host().is_empty()).then_some((scheme, authority))
    }
}

/// What is wrong with an upstream: the place below it, the message and the help. Values are not shown.
pub(super) fn wrong(name: &str, upstream: &Upstream) -> Vec<(String, &'static str, &'static str)> {
    let mut wrong = Vec::new();
    let mut push = |place: &str, message, help| wrong.push((place.to_owned(), message, help));
    if !is_name(name) {
        push("", "its name cannot be the host of a URL", "use lower-case letters, digits and `-`");
    }
    if upstream.targets.len() > MOST_TARGETS {
        push("/targets", "it has more than 64 targets", "name fewer, or one host with several addresses");
    }
    if upstream.targets.iter().all(|target| target.weight == 0) {
        push("/targets", "every weight is 0, so nothing could be called", "write `weight: 1` at one of them");
    }
    for (index, target) in upstream.targets.iter().enumerate().take(MOST_TARGETS) {
        let place = format!("/targets/{index}/url");
        if target.origin().is_none() {
            let help = "write `http://host:port` or `https://host:port`, without a path";
            push(&place, "this is not the URL of a server", help);
        } else if upstream.targets[..index].iter().any(|other| other.origin() == target.origin()) {
            push(&place, "this target is there twice", "give one of them a larger `weight`");
        }
    }
    if upstream.connection_lifetime.is_some_and(|time| time.0.is_zero()) {
        push("/connection-lifetime", "no connection can be used for no time", "write a time, such as `60s`");
    }
    if let Some(eject) = &upstream.eject
        && (eject.r#for.0.is_zero() || eject.longest.0 < eject.r#for.0)
    {
        push("/eject", "`for` is zero, or more than `longest`", "write `for: 10s, longest: 300s`");
    }
    if let Some(check) = &upstream.check {
        if check.path.parse::<PathAndQuery>().is_err() {
            push("/check/path", "this is not a path", "write a path such as `/health`");
        }
        let every = check.every.0;
        if every.as_millis() < 100 || check.timeout.0.is_zero() || check.timeout.0 > every {
            let help = "write `every: 10s, timeout: 2s`";
            push("/check", "`every` is less than 100 ms, or `timeout` is zero or more than `every`", help);
        }
    }
    if let Some(time) = upstream.retries.as_ref().and_then(|retries| retries.per_try_timeout)
        && time.0.is_zero()
    {
        push("/retries/per-try-timeout", "no call can be made in no time", "write a time, such as `2s`");
    }
    wrong
}

/// Whether the text can be the host of a URL as it is.
fn is_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(good)
}

fn one() -> u32 {
    1
}

fn two() -> u32 {
    2
}

fn three() -> u32 {
    3
}

fn two_seconds() -> Seconds {
    Seconds::new(2)
}

fn ten_seconds() -> Seconds {
    Seconds::new(10)
}
