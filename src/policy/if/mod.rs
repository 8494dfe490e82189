//! `if`: runs its steps where its condition holds.

mod config;

use super::{Case, Compiled, Compiler, Flow, Meta, Policy};
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
        literal: super::BLOCKS,
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        let test = compiler.condition("/condition", &config.condition);
        let case = Case { test, execute: compiler.steps("/execute") };
        Some(Compiled::Flow(Flow { cases: vec![case], otherwise: Vec::new() }))
    }
}
