//! `map`: builds bodies, headers and variables out of others.

mod compile;
mod config;
mod names;
mod plan;
mod ports;
mod schema;
mod script;
mod step;
#[cfg(test)]
mod tests;
mod tree;
mod values;
mod write_xml;

use crate::base::Reported;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct Map;

impl Policy for Map {
    const META: Meta = Meta {
        name: "map",
        aliases: &[],
        versions: &["1.0.0", "2.0.0", "2.1.0"],
        summary: "Builds bodies, headers and variables out of others.",
        page: include_str!("page.md"),
        examples: examples!["lists", "one-to-one", "soap"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &["value"],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let plan = compile::plan(config, compiler)?;
        let reads = compile::reads(&plan);
        let bodies =
            plan.outputs.iter().filter(|output| matches!(&*output.reference.path, [body] if &**body == "body"));
        let replaces = bodies.map(|output| output.reference.root.clone()).collect();
        let access = Access { reads, replaces, ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step::Map(plan.into())), access }))
    }
}
