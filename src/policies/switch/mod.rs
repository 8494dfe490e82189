//! `switch`: runs the steps of the first case whose condition holds.

mod config;
#[cfg(test)]
mod tests;

use crate::assembly::Carrier;
use crate::base::{Reported, codes};
use crate::policy::{Case, Compiled, Compiler, Flow, Generations, Meta, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct Switch;

impl Policy for Switch {
    const META: Meta = Meta {
        name: "switch",
        aliases: &[],
        versions: &["1.0.0", "2.0.0", "2.1.0"],
        summary: "Runs the steps of the first case whose condition holds.",
        page: include_str!("page.md"),
        examples: examples!["by-value"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: crate::policy::BLOCKS,
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let (mut cases, mut failed) = (Vec::new(), None);
        let mut otherwise = None;
        for (index, case) in config.case.iter().enumerate() {
            let at = format!("/case/{index}");
            if otherwise.is_some() {
                let help = "move `otherwise` to the end of the list";
                compiler.warning(
                    codes::UNREACHABLE,
                    &at,
                    "this case can never run: `otherwise` stands before it",
                    help,
                );
            }
            // IBM's editor writes an `otherwise` without steps as nothing.
            let is_empty = compiler.carrier == Carrier::Ibm && compiler.node(&format!("{at}/otherwise")).is_some();
            let is_otherwise = case.otherwise.is_some() || is_empty;
            match (&case.condition, is_otherwise) {
                (Some(text), false) => {
                    let test = compiler.condition(&format!("{at}/condition"), text);
                    cases.push(Case { test, execute: compiler.steps(&format!("{at}/execute")) });
                }
                (None, true) => otherwise = Some(compiler.steps(&format!("{at}/otherwise"))),
                _ => {
                    let help = "write `- condition: …` with `execute: […]`, or `- otherwise: […]`";
                    let message = "a case has `condition` with `execute`, or `otherwise`";
                    failed = Some(compiler.error_with_help(codes::BAD_VALUE, &at, message, help));
                }
            }
        }
        let otherwise = otherwise.unwrap_or_else(|| compiler.steps("/otherwise"));
        failed.map_or_else(|| Ok(Compiled::Flow(Flow { cases, otherwise })), Err)
    }
}
