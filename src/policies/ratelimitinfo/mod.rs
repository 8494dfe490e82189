//! `ratelimitinfo`: what is left of the limits that a request was counted against.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct RatelimitInfo;

impl Policy for RatelimitInfo {
    const META: Meta = Meta {
        name: "ratelimitinfo",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Puts what is left of the request's limits into a variable.",
        page: include_str!("page.md"),
        examples: examples!["what-is-left"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        compiler.read_variable("/input", &config.input)?;
        let output = compiler.output("/output", &config.output)?;
        let access = Access { replaces: vec![output.clone()], ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step::RatelimitInfo { output }), access }))
    }
}
