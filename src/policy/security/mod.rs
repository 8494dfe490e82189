//! `security`: who calls, and whether they may. It stands before every assembly whose document asks for more than an application.

mod bearer;
mod check;
mod config;
mod guard;
mod outlet;
mod provider;
mod refusal;
mod registry;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Access, Compiled, Compiler, Meta, Names, Plan, Policy, SharedParts};
use crate::source::Spellings;
use check::Outputs;

pub use config::Config;
pub use guard::{Guard, not_enforced};

/// The policy.
pub struct Security;

/// The stage. `None` where no operation asks for more than an application.
pub fn plan(guard: &Arc<Guard>, shared: SharedParts<'_>, names: &mut Names<'_>) -> Option<Plan> {
    (!guard.is_open()).then(|| enforce(guard.clone(), shared, names))
}

fn enforce(guard: Arc<Guard>, shared: SharedParts<'_>, names: &mut Names<'_>) -> Plan {
    let step = step::Enforce { guard, outputs: Outputs::new(names), directory: shared.directory.cloned() };
    Plan { step: Box::new(step), access: Access::default() }
}

impl Policy for Security {
    const META: Meta = Meta {
        name: "security",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Checks who calls, as the security requirements of the operation say.",
        page: include_str!("page.md"),
        examples: examples!["again"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
    };
    type Config = Config;

    fn compile(Config {}: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        let guard = compiler.shared.guard.cloned().unwrap_or_default();
        Some(Compiled::Step(enforce(guard, compiler.shared, compiler.names)))
    }
}
