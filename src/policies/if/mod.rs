//! `if`: runs its steps where its condition holds.

mod config;

use crate::base::Reported;
use crate::policy::{Case, Compiled, Compiler, Flow, Generations, Meta, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct If;

impl Policy for If {
    const META: Meta = Meta {
        name: "if",
        aliases: &[],
        versions: &["1.0.0"],
        summary: "Runs its steps where its condition holds.",
        page: include_str!("page.md"),
        examples: examples!["header"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: crate::policy::BLOCKS,
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let test = compiler.condition("/condition", &config.condition);
        let case = Case { test, execute: compiler.steps("/execute") };
        Ok(Compiled::Flow(Flow { cases: vec![case], otherwise: Vec::new() }))
    }
}
