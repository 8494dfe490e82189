//! The caller of a request.

use std::sync::Arc;

use crate::value::Value;

/// The caller of a request.
#[derive(Clone, Default)]
pub struct Identity {
    /// The application that was identified. The one place where `client.*` and `plan.*` come from.
    pub caller: Option<Arc<Caller>>,
    /// The alternatives of the security requirements, by their numbers as bits, whose application was found.
    pub identified: u64,
    /// The result of the last check of the caller, which events of API Gateway show.
    pub authorized: Option<Authorized>,
}

/// The result of a check that let the caller in.
#[derive(Debug, Clone)]
pub enum Authorized {
    /// The claims of a token.
    Claims(Value),
    /// The answer of a Lambda authorizer.
    Function {
        /// Its context, with its types.
        context: Value,
        /// The principal and the context, as events of version 1.0 show them.
        shown: Value,
    },
}

/// An application and the plan under which it calls. One is made at load for every application that may call.
#[derive(Debug)]
pub struct Caller {
    /// The value of `client.*`; null if the plan has callers without an application.
    pub client: Value,
    /// The value of `plan.*`.
    pub plan: Value,
    /// The names of both, for the access log.
    pub names: CallerNames,
    /// Its place among the applications of the API.
    pub number: usize,
}

/// The names of an application and its plan.
#[derive(Debug, Clone)]
pub struct CallerNames {
    pub application: Option<Arc<str>>,
    pub plan: Option<Arc<str>>,
}
