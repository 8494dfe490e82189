//! `lambda-authorizer`: asks a function whether a request may pass.

mod answer;
mod cache;
mod call;
mod compile;
mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::policy::{Compiled, Compiler, Generations, Meta, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct LambdaAuthorizer;

impl Policy for LambdaAuthorizer {
    const META: Meta = Meta {
        name: "lambda-authorizer",
        aliases: &[],
        versions: &["1.0.0"],
        summary: "Asks an AWS Lambda function whether a request may pass.",
        page: include_str!("page.md"),
        examples: examples!["request", "token"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::Every,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        compile::step(&config, compiler)
    }
}
