//! The stage that refuses a request without a required parameter.

use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};

/// Refuses a request without a required query or header parameter, as API Connect does.
pub(crate) struct RequiredParameters;

impl Step for RequiredParameters {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let state = &*cx.state;
        let query = state.route.operation.required_query.iter().find(|name| !state.has_query_parameter(name));
        let header =
            || state.route.operation.required_headers.iter().find(|name| !state.request.headers.contains_key(&***name));
        if query.or_else(header).is_none() {
            return Outcome::done();
        }
        let message = "One or more required API parameters are missing in the API request.";
        Outcome::fault(Fault::new(&kinds::API_RULE, FaultSource::Client, message))
    }
}
