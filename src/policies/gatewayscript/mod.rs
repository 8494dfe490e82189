//! `gatewayscript`: runs a script on the request.

mod config;
#[cfg(test)]
mod tests;

use crate::base::{Generation, Reported};
use crate::policy::{Compiled, Compiler, Generations, Meta, Policy};
use crate::script::Dialect;
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct GatewayScript;

impl Policy for GatewayScript {
    const META: Meta = Meta {
        name: "gatewayscript",
        aliases: &[],
        versions: &["1.0.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0"],
        summary: "Runs a script on the request.",
        page: include_str!("page.md"),
        examples: examples!["call", "refuse", "transform", "xml"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &["source"],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let dialect = match compiler.generation {
            Generation::V10 => Dialect::GatewayScript,
            Generation::V5 => Dialect::V5,
        };
        compiler.script(&config.source, dialect).map(Compiled::Step)
    }
}
