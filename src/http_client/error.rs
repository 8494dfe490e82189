//! Why a request has no answer, and whether it may have been sent.

use std::error::Error;
use std::fmt;

use hyper_util::client::legacy::Error as ClientError;

use super::connector::ConnectError;
use crate::runtime::CallFailure;
use crate::value::BoxError;

/// Why a request has no answer.
#[derive(Debug)]
pub struct SendError {
    pub kind: SendErrorKind,
    /// Whether a byte of the request may have reached the peer. Trying again after `true` may make it run twice.
    pub sent: bool,
    source: Option<BoxError>,
}

/// The part of an exchange that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// The host name has no address.
    Dns,
    /// No TCP connection: refused, unreachable.
    Connect,
    /// Every address of the host is closed to hosts that came from outside.
    Guarded,
    /// No TLS session: untrusted or wrong certificate, no common version.
    Tls,
    /// Name, TCP and TLS together took longer than the connect time-out.
    ConnectTimeout,
    /// Connected, but no answer in time.
    ResponseTimeout,
    /// The peer closed the connection before it answered.
    Closed,
    /// The request's own body failed while it was being sent.
    RequestBody,
    /// The answer was not HTTP.
    Protocol,
    /// No request was made: as many are running as may at a time.
    Full,
}

impl SendErrorKind {
    /// One word, for counters and traces.
    fn word(self) -> &'static str {
        match self {
            SendErrorKind::Dns => "dns",
            SendErrorKind::Connect => "connect",
            SendErrorKind::Guarded => "blocked",
            SendErrorKind::Tls => "tls",
            SendErrorKind::ConnectTimeout => "connect_timeout",
            SendErrorKind::ResponseTimeout => "response_timeout",
            SendErrorKind::Closed => "closed",
            SendErrorKind::RequestBody => "request_body",
            SendErrorKind::Protocol => "protocol",
            SendErrorKind::Full => "circuit_breaker",
        }
    }
}

impl SendError {
    pub(super) fn from_client(error: ClientError) -> Self {
        if let Some(connect) = find::<ConnectError>(&error) {
            return SendError { kind: kind_of(connect), sent: false, source: Some(error.into()) };
        }
        let hyper = find::<hyper::Error>(&error);
        // Without connection information no connection had been chosen yet; a cancelled request was handed back whole.
        let sent = error.connect_info().is_some() && !hyper.is_some_and(hyper::Error::is_canceled);
        let kind = match hyper {
            _ if error.is_connect() => SendErrorKind::Connect,
            Some(hyper) if hyper.is_user() => SendErrorKind::RequestBody,
            Some(hyper) if hyper.is_parse() => SendErrorKind::Protocol,
            _ => SendErrorKind::Closed,
        };
        SendError { kind, sent, source: Some(error.into()) }
    }

    pub(super) fn from_connect(error: ConnectError) -> Self {
        SendError { kind: kind_of(&error), sent: false, source: Some(error.into()) }
    }

    /// An error of a connection; `sent` says whether the request was not handed back whole.
    pub(super) fn from_hyper(error: hyper::Error, sent: bool) -> Self {
        let kind = match &error {
            error if error.is_user() => SendErrorKind::RequestBody,
            error if error.is_parse() => SendErrorKind::Protocol,
            _ => SendErrorKind::Closed,
        };
        SendError { kind, sent, source: Some(error.into()) }
    }

    /// An answer with two lengths.
    pub(super) fn ambiguous() -> Self {
        let source = "the answer has both Content-Length and Transfer-Encoding".into();
        SendError { kind: SendErrorKind::Protocol, sent: true, source: Some(source) }
    }

    /// The error of a stand-in.
    pub(super) fn of_kind(kind: SendErrorKind) -> Self {
        let sent = matches!(kind, SendErrorKind::ResponseTimeout | SendErrorKind::Closed | SendErrorKind::Protocol);
        SendError { kind, sent, source: None }
    }

    /// A URL without scheme or host. Callers check theirs at load.
    pub fn no_url() -> Self {
        SendError { kind: SendErrorKind::Connect, sent: false, source: None }
    }

    /// The error of a call that is not made, as there are too many.
    pub fn full() -> Self {
        SendError { kind: SendErrorKind::Full, sent: false, source: None }
    }

    pub(super) fn timed_out(connected: bool) -> Self {
        let kind = if connected { SendErrorKind::ResponseTimeout } else { SendErrorKind::ConnectTimeout };
        SendError { kind, sent: connected, source: None }
    }

    /// Why the call has no answer, for logs, counters and traces.
    pub fn call_failure(&self) -> CallFailure {
        CallFailure { kind: self.kind.word(), cause: self.to_string() }
    }

    /// Whether time ran out, while connecting or while waiting.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, SendErrorKind::ConnectTimeout | SendErrorKind::ResponseTimeout)
    }
}

impl fmt::Display for SendError {
    /// The failed operation and the innermost reason, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SendErrorKind::Dns => "the host name could not be resolved",
            SendErrorKind::Connect => "no connection could be made",
            SendErrorKind::Guarded => "the host leads to an address that is closed",
            SendErrorKind::Tls => "the TLS handshake failed",
            SendErrorKind::ConnectTimeout => "connecting took too long",
            SendErrorKind::ResponseTimeout => "no answer came in time",
            SendErrorKind::Closed => "the connection closed before an answer came",
            SendErrorKind::RequestBody => "the request body could not be read",
            SendErrorKind::Protocol => "the answer is not valid HTTP",
            SendErrorKind::Full => "as many calls are running as may at a time",
        })?;
        match self.source.as_deref().and_then(root_cause) {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The part of connecting that failed.
fn kind_of(error: &ConnectError) -> SendErrorKind {
    match error {
        ConnectError::Dns(_) => SendErrorKind::Dns,
        ConnectError::Tcp(_) => SendErrorKind::Connect,
        ConnectError::Tls(_) => SendErrorKind::Tls,
        ConnectError::Guarded => SendErrorKind::Guarded,
        ConnectError::TimedOut => SendErrorKind::ConnectTimeout,
    }
}

/// The first error of type `E` in the chain of causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        next = current.source();
    }
    None
}

fn root_cause<'a>(error: &'a (dyn Error + Send + Sync + 'static)) -> Option<&'a dyn Error> {
    let mut cause: &dyn Error = error.source()?;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Some(cause)
}
