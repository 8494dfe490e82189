//! Upstreams: services with several targets, which `target-url: upstream://NAME/…` calls.

use std::borrow::Cow;

use http::uri::{Authority, Scheme};
use http::{Method, Uri};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Condition, Share};
use crate::value::Seconds;

/// The most targets of one upstream.
const MOST_TARGETS: usize = 64;

/// The largest weight of a target.
const LARGEST_WEIGHT: u32 = 1000;

/// A service with several targets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Upstream {
    /// The servers that do the same: 1 to 64.
    pub targets: Vec<UpstreamTarget>,
    /// The TLS profile of calls by steps that name none, and of health checks.
    #[serde(default)]
    pub tls_profile: Option<String>,
    /// How long a connection may be in use before the next request opens another one, which looks the host up again. Default: as long as it is good.
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
    pub weight: u32,
}

/// Leaves out a target for a while after failed calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Eject {
    /// How many calls have to fail one after the other.
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
    pub path: String,
    /// The time from one check of a target to the next, at least 100 ms.
    #[serde(default = "ten_seconds")]
    pub every: Seconds,
    /// How long the answer may take, at most `every`.
    #[serde(default = "two_seconds")]
    pub timeout: Seconds,
    /// How many checks in a row have to pass before a target is called again.
    #[serde(default = "two")]
    pub healthy_after: u32,
    /// How many checks in a row have to fail before a target is left out.
    #[serde(default = "three")]
    pub unhealthy_after: u32,
}

/// Makes failed calls again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Retries {
    /// How many times a call is made at most, the first time included: 1 to 10.
    pub tries: u32,
    /// The failures after which it is made again: `connect`, `reset`, `timeout`, or a status from 400 to 599.
    pub on: Vec<Condition>,
    /// The methods of calls that are made again though the service may have got them. A call of which nothing was sent is made again whatever its method.
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
    pub requests: Option<u32>,
    /// Calls of one target. With HTTP/1.1 every call has a connection to itself, so this also limits the connections to a target. Default: no limit.
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
pub(super) fn wrong(name: &str, upstream: &Upstream) -> Vec<(String, Cow<'static, str>, &'static str)> {
    let mut wrong: Vec<(String, Cow<'static, str>, &'static str)> = Vec::new();
    let mut push = |place: &str, message: &'static str, help| wrong.push((place.to_owned(), message.into(), help));
    if !is_name(name) {
        push("", "this name cannot be the host of a URL", "use lower-case letters, digits and `-`");
    }
    if !(1..=MOST_TARGETS).contains(&upstream.targets.len()) {
        push("/targets", "an upstream has 1 to 64 targets", "write `targets: [{url: http://10.0.0.1:8080}]`");
    } else if upstream.targets.iter().all(|target| target.weight == 0) {
        push("/targets", "every weight is 0, so nothing could be called", "write `weight: 1` at one of them");
    }
    for (index, target) in upstream.targets.iter().enumerate() {
        if target.origin().is_none() {
            let help = "write `http://host:port` or `https://host:port`, without a path";
            push(&format!("/targets/{index}/url"), "this is not the URL of a server", help);
        } else if upstream.targets[..index].iter().any(|other| other.origin() == target.origin()) {
            push(&format!("/targets/{index}/url"), "this target is there twice", "give one of them a larger `weight`");
        }
        if target.weight > LARGEST_WEIGHT {
            push(&format!("/targets/{index}/weight"), "this weight is more than 1000", "write 0 to 1000");
        }
    }
    if upstream.connection_lifetime.is_some_and(|time| time.0.is_zero()) {
        push("/connection-lifetime", "a connection without any lifetime", "write a time, such as `60s`");
    }
    if let Some(eject) = &upstream.eject {
        if eject.after_failures == 0 {
            push("/eject/after-failures", "`after-failures` is 0", "write 1 or more");
        }
        if eject.r#for.0.is_zero() || eject.longest.0 < eject.r#for.0 {
            push("/eject/for", "`for` is not between nothing and `longest`", "write a time, such as `10s`");
        }
    }
    if let Some(check) = &upstream.check {
        if !check.path.starts_with('/') || check.path.parse::<Uri>().is_err() {
            push("/check/path", "this is not a path", "write a path such as `/health`");
        }
        if check.every.0.as_millis() < 100 || check.timeout.0.is_zero() || check.timeout.0 > check.every.0 {
            push("/check", "`every` is under 100 ms, or `timeout` is not between nothing and `every`", "change them");
        }
        if check.healthy_after == 0 || check.unhealthy_after == 0 {
            push("/check", "`healthy-after` or `unhealthy-after` is 0", "write 1 or more");
        }
    }
    if let Some(retries) = &upstream.retries {
        if !(1..=10).contains(&retries.tries) {
            push("/retries/tries", "`tries` is not from 1 to 10", "write 2 or 3");
        }
        for (index, method) in retries.methods.iter().enumerate() {
            let is_method = Method::from_bytes(method.as_bytes()).is_ok() && !method.bytes().any(|b| b.is_ascii_lowercase());
            if !is_method {
                push(&format!("/retries/methods/{index}"), "this is not a method of HTTP", "write `GET` or `PUT`");
            }
        }
        if retries.per_try_timeout.is_some_and(|time| time.0.is_zero()) {
            push("/retries/per-try-timeout", "no call can be made in no time", "write a time, such as `2s`");
        }
    }
    let breaker = &upstream.circuit_breaker;
    if breaker.requests == Some(0) || breaker.requests_per_target == Some(0) {
        push("/circuit-breaker", "a limit of 0 refuses every call", "write 1 or more");
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
