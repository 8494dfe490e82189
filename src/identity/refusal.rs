//! The refusals of callers, as clients see them.

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use crate::runtime::{Fault, FaultSource, kinds};

/// The message of API Connect, whatever the reason is.
pub const MESSAGE: &str = "Cannot pass the security checks that are required by the target API or \
                                             operation, Enable debug headers for more details.";

const BASIC: HeaderValue = HeaderValue::from_static("Basic realm=\"gantry\", charset=\"UTF-8\"");
const BEARER: HeaderValue = HeaderValue::from_static("Bearer");
const BAD_TOKEN: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");

/// Why one check did not let a request in.
#[derive(Debug)]
pub enum Refusal {
    /// Name and password are missing or wrong.
    Basic,
    /// There is no certificate, or it is not enough; one sentence for the log.
    Certificate(&'static str),
    /// There is no token.
    NoToken,
    /// The token is not good; one sentence for the log.
    BadToken(String),
    /// The token is good, and does not allow this.
    Scope(HeaderValue),
    /// Not known; one sentence for the log.
    Unavailable(String),
}

impl Refusal {
    /// The refusal for a token without some of these scopes.
    pub fn scope<'a>(wanted: impl Iterator<Item = &'a str>) -> Self {
        let quotable =
            |scope: &&str| scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        let wanted: Vec<&str> = wanted.filter(quotable).collect();
        let text = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", wanted.join(" "));
        Refusal::Scope(HeaderValue::from_str(&text).unwrap_or(BAD_TOKEN))
    }
}

/// The fault for a client whose checks all failed: of several refusals the one that the client can act on best.
pub fn fault(refusals: &[Refusal]) -> Fault {
    let causes: Vec<&str> = refusals.iter().filter_map(cause).collect();
    let with_cause = |fault: Fault| if causes.is_empty() { fault } else { fault.with_cause(causes.join("; ")) };
    if refusals.iter().any(|refusal| matches!(refusal, Refusal::Unavailable(_))) {
        let message = "The security checks of the target API or operation cannot be made at the moment.";
        let fault = Fault::new(&kinds::CONNECTION, FaultSource::Upstream, message);
        return with_cause(fault.with_status(StatusCode::SERVICE_UNAVAILABLE));
    }
    let scopes: Vec<&HeaderValue> = refusals.iter().filter_map(Refusal::missing_scope).collect();
    if !scopes.is_empty() {
        let fault = Fault::new(&kinds::FORBIDDEN, FaultSource::Client, MESSAGE);
        return scopes
            .into_iter()
            .fold(with_cause(fault), |fault, header| fault.with_header(WWW_AUTHENTICATE, header.clone()));
    }
    let mut challenges: Vec<HeaderValue> = Vec::new();
    for challenge in refusals.iter().filter_map(challenge) {
        if !challenges.contains(&challenge) {
            challenges.push(challenge);
        }
    }
    let fault = with_cause(Fault::new(&kinds::UNAUTHORIZED, FaultSource::Client, MESSAGE));
    challenges.into_iter().fold(fault, |fault, challenge| fault.with_header(WWW_AUTHENTICATE, challenge))
}

impl Refusal {
    fn missing_scope(&self) -> Option<&HeaderValue> {
        if let Refusal::Scope(header) = self { Some(header) } else { None }
    }
}

fn cause(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::BadToken(reason) | Refusal::Unavailable(reason) => Some(reason),
        Refusal::Certificate(reason) => Some(reason),
        Refusal::Basic | Refusal::NoToken | Refusal::Scope(_) => None,
    }
}

fn challenge(refusal: &Refusal) -> Option<HeaderValue> {
    match refusal {
        Refusal::Basic => Some(BASIC),
        Refusal::NoToken => Some(BEARER),
        Refusal::BadToken(_) => Some(BAD_TOKEN),
        // There is no challenge for TLS.
        Refusal::Certificate(_) | Refusal::Scope(_) | Refusal::Unavailable(_) => None,
    }
}
