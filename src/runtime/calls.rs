//! The calls that steps make, as logs, metrics and traces see them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};

use super::step_info::StepInfo;

/// A step that calls, made at load.
pub struct CallSite {
    pub step: Arc<StepInfo>,
    pub observer: Box<dyn Observer>,
}

/// Counts the calls of one step.
pub trait Observer: Send + Sync {
    fn call_ended(&self, call: &Call);
}

/// A call that has ended: its answer has begun, or there is none.
#[derive(Debug, Clone)]
pub struct Call {
    pub target: CallTarget,
    pub started: Instant,
    pub duration: Duration,
    /// How many times it was tried.
    pub attempts: u32,
    /// The status of the answer.
    pub status: Option<StatusCode>,
    pub failure: Option<CallFailure>,
    /// Only where the request is recorded.
    pub content: Option<Box<CallContent>>,
}

/// The message that was sent and, where the call has read it, the one that came back.
#[derive(Clone)]
pub struct CallContent {
    pub headers: HeaderMap,
    /// None where it streams.
    pub body: Option<Bytes>,
    pub answer: Option<(StatusCode, HeaderMap, Bytes)>,
    /// The result of a function of which the answer is made.
    pub result: Option<Bytes>,
}

/// The target of a call.
#[derive(Debug, Clone)]
pub enum CallTarget {
    /// An HTTP service.
    Service { method: Method, uri: Uri },
    /// A Lambda function.
    Function { name: Arc<str>, qualifier: Option<Arc<str>>, region: Arc<str> },
}

/// Why a call has no answer, or has one that says that the function failed.
#[derive(Debug, Clone)]
pub struct CallFailure {
    /// One of a few words, for counters and traces.
    pub kind: &'static str,
    /// In words, without secrets.
    pub cause: String,
}

/// The calls by which a step asked issuers and registries. Several requests may wait for one answer: the call belongs to the
/// request that made it.
#[derive(Debug, Default)]
pub struct Fetches(pub Vec<Call>);

/// The calls of one request.
#[derive(Debug, Default)]
pub struct Calls {
    /// How long the request has waited for answers.
    pub waited: Duration,
    /// The last call and its step, until it is known what the step makes of it.
    pub(super) last: Option<(Arc<StepInfo>, Call)>,
    /// The steps whose failed calls are logged.
    pub(super) logged: Vec<Arc<StepInfo>>,
}

// === impl Call ===

impl Call {
    /// A call that ends now.
    pub fn ended(target: CallTarget, started: Instant, result: Result<StatusCode, CallFailure>) -> Self {
        let (status, failure) = match result {
            Ok(status) => (Some(status), None),
            Err(failure) => (None, Some(failure)),
        };
        Call { target, started, duration: started.elapsed(), attempts: 1, status, failure, content: None }
    }

    /// Whether it has no answer, or one with a status of 500 and more.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some() || self.status.is_some_and(|status| status.is_server_error())
    }
}

impl CallContent {
    /// A message that is sent; `None` for a body that streams.
    pub fn sent(headers: &HeaderMap, body: Option<Bytes>) -> Box<Self> {
        Box::new(CallContent { headers: headers.clone(), body, answer: None, result: None })
    }
}

impl fmt::Debug for CallContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallContent")
    }
}

impl CallTarget {
    /// The host with its port, or the function: what counters are kept for.
    pub fn name(&self) -> &str {
        match self {
            CallTarget::Service { uri, .. } => host(uri),
            CallTarget::Function { name, .. } => name,
        }
    }
}

/// The host with its port, without credentials.
fn host(uri: &Uri) -> &str {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The address of a service without its query and without credentials, which may be secrets.
pub fn address(uri: &Uri) -> String {
    format!("{}://{}{}", uri.scheme_str().unwrap_or_default(), host(uri), uri.path())
}

impl fmt::Display for CallTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallTarget::Service { method, uri } => write!(f, "{method} {}", address(uri)),
            CallTarget::Function { name, qualifier: None, region } => write!(f, "{name} in {region}"),
            CallTarget::Function { name, qualifier: Some(version), region } => {
                write!(f, "{name}:{version} in {region}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_shows_no_secret() {
        let uri = "https://user:word@host:8443/orders?key=1".parse().unwrap();
        let target = CallTarget::Service { method: Method::GET, uri };
        assert_eq!(target.to_string(), "GET https://host:8443/orders");
        let target = CallTarget::Function { name: "f".into(), qualifier: Some("7".into()), region: "eu".into() };
        assert_eq!((target.to_string().as_str(), target.name()), ("f:7 in eu", "f"));
    }
}
