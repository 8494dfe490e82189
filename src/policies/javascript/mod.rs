//! `javascript`: runs a script whose globals are the variables, as the v5 engine has it.

mod config;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::policy::{Compiled, Compiler, Generations, Meta, Policy};
use crate::script::Dialect;
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct JavaScript;

impl Policy for JavaScript {
    const META: Meta = Meta {
        name: "javascript",
        aliases: &[],
        versions: &["1.0.0"],
        summary: "Runs a script whose globals are the variables of the request.",
        page: include_str!("page.md"),
        examples: examples!["total"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &["source"],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        compiler.script(&config.source, Dialect::JavaScript).map(Compiled::Step)
    }
}
