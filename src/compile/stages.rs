//! Stages before the assembly. They are steps like the author's, in the same pipeline, but outside of what its `catch` guards.

use crate::assembly::{Assembly, Carrier, Generation, IBM};
use crate::openapi::Api;
use crate::policy::{self, Access, Names, Plan, SharedParts};
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};

/// The stages, in the order in which IBM's gateway has them.
pub(super) fn before_assembly(assembly: &Assembly, shared: SharedParts<'_>, names: &mut Names<'_>) -> Vec<Plan> {
    let stages = [
        assembly.cors.as_ref().map(policy::cors::plan),
        policy::client_identification::plan(shared),
        policy::ratelimit::of_plans(shared),
        shared.guard.and_then(|guard| policy::security::plan(guard, shared, names)),
        required_parameters(assembly, shared.api),
    ];
    stages.into_iter().flatten().collect()
}

fn required_parameters(assembly: &Assembly, api: &Api) -> Option<Plan> {
    // The v5 engine runs without a parameter that is required; elsewhere a document may ask for that.
    let asked = |carrier: &str| api.tree.root.pointer(&format!("/{carrier}/compatibility/enforce-required-params"));
    let asked = IBM.iter().find_map(|carrier| asked(carrier)?.text());
    // AWS asks for them where a validator does, and nowhere else.
    let is_amazon = assembly.carrier == Carrier::Amazon;
    if is_amazon || assembly.generation == Generation::V5 || asked == Some("false") {
        return None;
    }
    Some(Plan { step: Box::new(RequiredParameters), access: Access::default() })
}

/// Refuses a request without a required query or header parameter, as API Connect does.
struct RequiredParameters;

impl Step for RequiredParameters {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let state = &*cx.state;
        let query = state.operation.required_query.iter().find(|name| !state.has_query_parameter(name));
        let header =
            || state.operation.required_headers.iter().find(|name| !state.request.headers.contains_key(&***name));
        if query.or_else(header).is_none() {
            return Outcome::done();
        }
        let message = "One or more required API parameters are missing in the API request.";
        Outcome::fault(Fault::new(&kinds::API_RULE, FaultSource::Client, message))
    }
}
