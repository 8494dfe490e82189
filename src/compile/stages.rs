//! Stages before the assembly. They are steps like the author's, in the same pipeline, but outside of what its `catch` guards.

use crate::assembly::{Assembly, Carrier, IBM};
use crate::base::Generation;
use crate::openapi::Api;
use crate::policies;
use crate::policy::kit::required_parameters::RequiredParameters;
use crate::policy::{Access, Names, Plan, SharedParts, Stage};

/// The stages that policies declare, and then the check of required parameters.
pub(super) fn before_assembly(assembly: &Assembly, shared: SharedParts<'_>, names: &mut Names<'_>) -> Vec<Plan> {
    let mut stages: Vec<Stage> = policies::ALL.iter().filter_map(|entry| entry.meta.stage).collect();
    stages.sort_by_key(|stage| stage.order);
    let plans = stages.into_iter().filter_map(|stage| (stage.plan)(assembly, shared, names));
    plans.chain(required_parameters(assembly, shared.api)).collect()
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
