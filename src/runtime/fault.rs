//! Faults, under the names that authors catch.

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use http::StatusCode;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER};

use super::kinds::{self, FaultKind};
use super::step_info::{OpId, StepInfo};
use crate::value::{NoRoom, Value};

/// The party that caused a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultSource {
    /// The request was wrong.
    Client,
    /// Something the gateway called.
    Upstream,
    /// The gateway, its document or its settings.
    Gateway,
    /// The author of the document: a `throw`, or a script that names the fault.
    Author,
}

/// Something went wrong in a step. One pointer, so that the results of steps stay small where nothing does.
#[derive(Debug, Clone)]
pub struct Fault(Box<FaultParts>);

/// The content of a fault.
#[derive(Debug, Clone)]
pub struct FaultParts {
    /// The name as authors catch it; `throw` makes up names.
    pub name: Cow<'static, str>,
    /// The kind of a name that Gantry knows.
    pub kind: Option<&'static FaultKind>,
    pub status: StatusCode,
    pub reason: Option<String>,
    /// One sentence for the client and the log. Never holds a secret.
    pub message: String,
    pub source: FaultSource,
    /// Headers that the default error document carries, such as Retry-After.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Facts for handlers, readable as `error.<name>`; never sent to the client.
    pub details: Vec<(Arc<str>, Value)>,
    /// For the log only: the cause in the words of the library that met it.
    pub cause: Option<String>,
    /// The log has a line about its cause already.
    pub is_logged: bool,
    /// The op that raised it; the executor fills it in.
    pub op: Option<OpId>,
}

impl Deref for Fault {
    type Target = FaultParts;

    fn deref(&self) -> &FaultParts {
        &self.0
    }
}

impl DerefMut for Fault {
    fn deref_mut(&mut self) -> &mut FaultParts {
        &mut self.0
    }
}

// === impl Fault ===

impl From<NoRoom> for Fault {
    /// The gateway holds too much at the moment; the client may come back.
    fn from(none: NoRoom) -> Self {
        Fault::new(&kinds::RUNTIME, FaultSource::Gateway, none.to_string())
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .with_header(RETRY_AFTER, HeaderValue::from_static("1"))
    }
}

impl Fault {
    /// A fault of a known kind.
    pub fn new(kind: &'static FaultKind, source: FaultSource, message: impl Into<String>) -> Self {
        Fault(Box::new(FaultParts {
            name: Cow::Borrowed(kind.name),
            kind: Some(kind),
            status: kind.status,
            reason: None,
            message: message.into(),
            source,
            headers: Vec::new(),
            details: Vec::new(),
            cause: None,
            is_logged: false,
            op: None,
        }))
    }

    /// A fault under a name of the author's. A name that Gantry knows brings its kind and its status along.
    pub fn thrown(name: &str, message: impl Into<String>) -> Self {
        let kind = kinds::ALL.iter().copied().find(|kind| kind.name == name);
        let mut fault = Fault::new(&kinds::RUNTIME, FaultSource::Author, message);
        fault.name = Cow::Owned(name.to_owned());
        fault.kind = kind;
        fault.status = kind.map_or(StatusCode::INTERNAL_SERVER_ERROR, |kind| kind.status);
        fault
    }

    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same for the client: which call failed is part of the sentence.
    #[must_use]
    pub fn naming(mut self, step: Option<&StepInfo>) -> Self {
        if let Some(step) = step.filter(|_| self.source == FaultSource::Upstream) {
            self.message.push_str(&format!(" (step `{}`)", step.title));
        }
        self
    }

    /// Adds the cause for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds a fact for handlers.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.push((name.into(), value.into()));
        self
    }

    /// Adds a header to the default error document.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The names under which it can be caught: its own, then its ancestors'.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let ancestors = std::iter::successors(self.kind.and_then(|kind| kind.ancestor), |kind| kind.ancestor);
        std::iter::once(&*self.name).chain(ancestors.map(|kind| kind.name))
    }

    /// The reason phrase for variables and error documents.
    pub fn reason(&self) -> &str {
        self.reason.as_deref().or(self.status.canonical_reason()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_answers_to_its_ancestors() {
        let fault = Fault::new(&kinds::LAMBDA_TIMEOUT, FaultSource::Upstream, "late");
        assert_eq!(fault.names().collect::<Vec<_>>(), ["LambdaTimeoutError", "ConnectionError"]);
        assert_eq!(Fault::thrown("Mine", "x").names().collect::<Vec<_>>(), ["Mine"]);
    }

    #[test]
    fn a_thrown_name_that_is_known_brings_its_status() {
        assert_eq!(Fault::thrown("BadRequestError", "x").status, StatusCode::BAD_REQUEST);
        assert_eq!(Fault::thrown("Mine", "x").status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
