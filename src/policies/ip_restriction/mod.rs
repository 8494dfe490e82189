//! `ip-restriction`: refuses clients by their addresses.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Reported, codes};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct IpRestriction;

impl Policy for IpRestriction {
    const META: Meta = Meta {
        name: "ip-restriction",
        aliases: &[],
        versions: &["1.0.0"],
        summary: "Refuses clients by their addresses.",
        page: include_str!("page.md"),
        examples: examples!["a-network", "one-address-out"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &["/message"],
        generations: Generations::Every,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        if config.allow.is_empty() && config.deny.is_empty() {
            let message = "`ip-restriction` refuses no client: it has neither `allow` nor `deny`";
            let help = "write `allow: [10.0.0.0/8]`, or `deny` with the addresses that may not call";
            return Err(compiler.error_with_help(codes::MISSING_PROPERTY, "", message, help));
        }
        let step =
            step::IpRestriction { allow: config.allow.into(), deny: config.deny.into(), message: config.message };
        Ok(Compiled::Step(Plan { step: Box::new(step), access: Access::default() }))
    }
}
