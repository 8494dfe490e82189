//! `json-to-xml`: XML of a JSON body.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Reported, codes};
use crate::policy::kit::body_conversion::Places;
use crate::policy::{Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use crate::value::{XmlRoot, is_qualified_name};

pub use config::Config;

/// The policy.
pub struct JsonToXml;

impl Policy for JsonToXml {
    const META: Meta = Meta {
        name: "json-to-xml",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Makes XML of a JSON body.",
        page: include_str!("page.md"),
        examples: examples!["plain", "soap"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let mark = compiler.findings.mark();
        for (pointer, name) in
            [("/root-element-name", &config.root_element_name), ("/unnamed-element-name", &config.unnamed_element_name)]
        {
            if !is_qualified_name(name) || name.contains(':') {
                let message = format!("`{name}` is not a name that an XML element without a namespace can have");
                compiler.error_with_help(codes::BAD_VALUE, pointer, message, "write letters, digits, `-` and `_`");
            }
        }
        let places = Places::compile(compiler, &config.input, config.output.as_deref())?;
        let access = places.access();
        let root = XmlRoot {
            name: config.root_element_name.into(),
            always: config.always_output_root_element,
            unnamed: config.unnamed_element_name.into(),
        };
        let step = step::JsonToXml(step::Plan { places, root }.into());
        compiler.findings.errors_since(mark)?;
        Ok(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}
