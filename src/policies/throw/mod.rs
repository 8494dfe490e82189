//! `throw`: ends the flow with a fault of the author's.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct Throw;

impl Policy for Throw {
    const META: Meta = Meta {
        name: "throw",
        aliases: &[],
        versions: &["1.0.0", "2.0.0", "2.1.0"],
        summary: "Ends the flow with a fault that a catch can take.",
        page: include_str!("page.md"),
        examples: examples!["known-name", "status-and-reason"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let name = compiler.template("/name", &config.name);
        let message = compiler.template("/message", &config.message);
        if let Ok(name) = &name {
            compiler.raises(name);
        }
        let mut optional = |pointer: &str, text: Option<String>| match text {
            Some(text) => compiler.template(pointer, &text).map(Some),
            None => Ok(None),
        };
        let status = optional("/error-status-code", config.error_status_code);
        let reason = optional("/error-status-reason", config.error_status_reason);
        let step = step::Throw { name: name?, message: message?, status: status?, reason: reason? };
        step.check_status(compiler)?;
        let access = Access { reads: step.reads(), diverges: true, ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}
