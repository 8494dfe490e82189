//! `xml-to-json`: JSON of an XML body.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::policy::kit::body_conversion::Places;
use crate::policy::{Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct XmlToJson;

impl Policy for XmlToJson {
    const META: Meta = Meta {
        name: "xml-to-json",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Makes JSON of an XML body.",
        page: include_str!("page.md"),
        examples: examples!["order", "soap-service"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let places = Places::compile(compiler, &config.input, config.output.as_deref())?;
        let access = places.access();
        Ok(Compiled::Step(Plan { step: Box::new(step::XmlToJson(places.into())), access }))
    }
}
