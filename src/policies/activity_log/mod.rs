//! `activity-log`: what API Connect's analytics record of a call. Accepted; Gantry has an access log of its own.

mod config;
mod step;

use crate::base::Reported;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct ActivityLog;

impl Policy for ActivityLog {
    const META: Meta = Meta {
        name: "activity-log",
        aliases: &[],
        versions: &["1.0.0"],
        summary: "Accepted and without effect: the access log has one line for every request.",
        page: include_str!("page.md"),
        examples: examples!["accepted"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(_: Config, _: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        Ok(Compiled::Step(Plan { step: Box::new(step::Nothing), access: Access::default() }))
    }
}
