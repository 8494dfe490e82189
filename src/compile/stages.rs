//! Stages before the assembly. They are steps like the author's, in the same pipeline, but outside of what its `catch` guards.

use crate::expression::{Builtin, Reference, Root, Scope};
use crate::policy::{Access, Plan};
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};

/// The stages, in the order in which IBM's gateway has them. More will stand here: CORS, client identification, rate limits
/// and security come before the parameters.
pub(super) fn before_assembly() -> Vec<Plan> {
    vec![Plan { step: Box::new(RequiredParameters), access: Access::default() }]
}

/// Refuses a request without a required query or header parameter, as API Connect does.
struct RequiredParameters;

impl Step for RequiredParameters {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let operation = &cx.state.operation;
        let query = operation.required_query.iter().find(|name| {
            let path = ["parameters".into(), (*name).clone()].into();
            let reference = Reference { root: Root::Builtin(Builtin::Request), path };
            cx.get(&reference) == crate::value::Value::Null
        });
        let header = || operation.required_headers.iter().find(|name| !cx.state.request.headers.contains_key(&***name));
        if query.or_else(header).is_none() {
            return Outcome::done();
        }
        let message = "One or more required API parameters are missing in the API request.";
        Outcome::fault(Fault::new(&kinds::API_RULE, FaultSource::Client, message))
    }
}
