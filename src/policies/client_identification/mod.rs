//! `client-identification`: which application calls. It runs before every assembly whose document asks for one.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::base::Reported;
use crate::identity::Directory;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy, Stage, StageOrder};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct ClientIdentification;

fn identify(directory: Arc<Directory>) -> Plan {
    Plan { step: Box::new(step::Identify(directory)), access: Access::default() }
}

impl Policy for ClientIdentification {
    const META: Meta = Meta {
        name: "client-identification",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Finds out which application calls, and refuses those that may not.",
        page: include_str!("page.md"),
        examples: examples!["a-client-id"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        at_run_time: &[],
        stage: Some(Stage {
            order: StageOrder::ClientIdentification,
            plan: |_, shared, _| shared.directory.cloned().map(identify),
        }),
    };
    type Config = Config;

    fn compile(Config {}: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        Ok(Compiled::Step(identify(compiler.shared.directory.cloned().unwrap_or_default())))
    }
}
