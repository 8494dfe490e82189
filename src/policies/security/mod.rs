//! `security`: who calls, and whether they may. It runs before every assembly whose document asks for more than an application.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::base::Reported;
use crate::identity::{Guard, Outputs};
use crate::policy::{
    Access, Compiled, Compiler, Generations, Meta, Names, Plan, Policy, SharedParts, Stage, StageOrder,
};
use crate::source::Spellings;

pub use config::Config;
/// The policy.
pub struct Security;

/// The stage. `None` where no operation asks for more than an application.
fn guard(shared: SharedParts<'_>, names: &mut Names<'_>) -> Option<Plan> {
    shared.guard.filter(|guard| !guard.is_open()).map(|guard| enforce(guard.clone(), shared, names))
}

fn enforce(guard: Arc<Guard>, shared: SharedParts<'_>, names: &mut Names<'_>) -> Plan {
    let step = step::Enforce {
        guard,
        outputs: Outputs::new(names.of_the_gateway("oauth")),
        directory: shared.directory.cloned(),
    };
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
        generations: Generations::ByVersion,
        stage: Some(Stage { order: StageOrder::Security, plan: |_, shared, names| guard(shared, names) }),
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(Config {}: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let guard = compiler.shared.guard.cloned().unwrap_or_default();
        Ok(Compiled::Step(enforce(guard, compiler.shared, compiler.names)))
    }
}
