//! `parse`: a body to a tree, under limits.

mod config;
mod step;
#[cfg(test)]
mod tests;

use super::{Access, Compiled, Compiler, Meta, Plan, Policy};
use crate::diagnostics::codes;
use crate::expression::Reference;
use crate::source::Spellings;
use crate::value::{JsonLimits, XmlLimits};
use config::{DocumentType, Limits};

pub use config::{Config, SettingsReference};

/// IBM's default for the size of a document, in bytes.
const DOCUMENT_SIZE: usize = 4_194_304;

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
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
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
        let body = Reference { root: input.root, path: ["body".into()].into() };
        let access = Access { reads: vec![body], ..Access::default() };
        Some(Compiled::Step(Plan { step: Box::new(step::Parse(plan.into())), access }))
    }
}

/// Limits on a body, whatever it is.
#[derive(Debug, Clone, Copy)]
pub struct ParseLimits {
    pub document: DocumentType,
    /// Bytes; 0 is no limit.
    pub size: usize,
    pub json: JsonLimits,
    pub xml: XmlLimits,
}

impl ParseLimits {
    /// The error is one sentence.
    pub fn check_size(&self, bytes: usize) -> Result<(), String> {
        match self.size > 0 && bytes > self.size {
            true => Err(format!("the body has {bytes} bytes, more than {}", self.size)),
            false => Ok(()),
        }
    }
}

impl Compiler<'_, '_> {
    /// The limits that a reference to parse settings stands for.
    pub(super) fn parse_limits(&mut self, pointer: &str, reference: &SettingsReference) -> Option<ParseLimits> {
        if let Some(name) = reference.default.as_ref().filter(|name| *name != "apic-default-parsesettings") {
            let message = format!("there are no parse settings `{name}`");
            let help = "write `apic-default-parsesettings`, or the limits themselves under `parse-settings`";
            self.error_with_help(codes::BAD_VALUE, &format!("{pointer}/default"), message, help);
            return None;
        }
        let none = Limits::default();
        let limits = reference.parse_settings.as_ref().unwrap_or(&none);
        Some(ParseLimits {
            document: limits.document_type,
            size: limits.max_doc_size.unwrap_or(DOCUMENT_SIZE),
            json: json_limits(limits),
            xml: xml_limits(limits),
        })
    }
}

fn json_limits(limits: &Limits) -> JsonLimits {
    let default = JsonLimits::default();
    JsonLimits {
        depth: limits.max_nesting_depth.unwrap_or(default.depth),
        width: limits.max_width.unwrap_or(default.width),
        name_length: limits.max_name_length.unwrap_or(default.name_length),
        value_length: limits.max_value_length.unwrap_or(default.value_length),
        number_length: limits.max_number_length.unwrap_or(default.number_length),
        unique_names: limits.max_unique_names.unwrap_or(default.unique_names),
    }
}

fn xml_limits(limits: &Limits) -> XmlLimits {
    let default = XmlLimits::default();
    XmlLimits {
        depth: limits.max_nesting_depth.unwrap_or(default.depth),
        width: limits.max_width.unwrap_or(default.width),
        name_length: limits.max_name_length.unwrap_or(default.name_length),
        value_length: limits.max_value_length.unwrap_or(default.value_length),
        unique_names: limits.max_unique_names.unwrap_or(default.unique_names),
        unique_prefixes: limits.max_unique_prefixes.unwrap_or(default.unique_prefixes),
        unique_namespaces: limits.max_unique_namespaces.unwrap_or(default.unique_namespaces),
    }
}
