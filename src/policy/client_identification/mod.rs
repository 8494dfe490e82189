//! `client-identification`: which application calls. It stands before every assembly whose document asks for one.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Access, Compiled, Compiler, Directory, Meta, Plan, Policy, SharedParts};
use crate::source::Spellings;

pub use config::Config;
pub(super) use step::{caller, sent};

/// The policy.
pub struct ClientIdentification;

/// The stage. `None` where nobody said who may call, and a document that asks is refused for that.
pub fn plan(shared: SharedParts<'_>) -> Option<Plan> {
    shared.directory.cloned().map(identify)
}

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
    };
    type Config = Config;

    fn compile(Config {}: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        Some(Compiled::Step(identify(compiler.shared.directory.cloned().unwrap_or_default())))
    }
}
