//! `parse`: a body to a tree, under limits.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::expression::Reference;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct Parse;

impl Policy for Parse {
    const META: Meta = Meta {
        name: "parse",
        aliases: &[],
        versions: &["2.0.0", "2.1.0", "2.2.0"],
        summary: "Parses a body, under limits.",
        page: include_str!("page.md"),
        examples: examples!["limits", "xml"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let limits = compiler.parse_limits("/parse-settings-reference", &config.parse_settings_reference)?;
        let input = compiler.read_variable("/input", &config.input)?;
        let output = match &config.output {
            Some(output) => compiler.output("/output", output)?,
            None => compiler.output("/input", &config.input)?,
        };
        let plan = step::Plan {
            input: input.root.clone(),
            output,
            limits,
            use_content_type: config.use_content_type,
            warn_on_empty_input: config.warn_on_empty_input,
        };
        let body = Reference::body_of(input.root);
        let access = Access { reads: vec![body], ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step::Parse(plan.into())), access }))
    }
}
