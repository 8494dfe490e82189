//! `mapping-template`: a body from a mapping template of AWS API Gateway.

mod config;
mod roots;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::assembly::Carrier;
use crate::base::{Diagnostic, Reported, codes};
use crate::expression::{Builtin, Reference, Root};
use crate::policy::kit::aws_event::Origin;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use crate::vtl::Template;

pub use config::Config;

/// The policy.
pub struct MappingTemplate;

impl Policy for MappingTemplate {
    const META: Meta = Meta {
        name: "mapping-template",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Makes the body with a mapping template of AWS API Gateway (VTL).",
        page: include_str!("page.md"),
        examples: examples!["request", "response"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &["templates"],
        generations: Generations::Every,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let templates = templates(&config, compiler);
        let input = compiler.read_variable("/input", &config.input)?.root;
        let overrides = match (&config.overrides, config.direction) {
            (None, _) => None,
            (Some(name), config::Direction::Request) => Some(compiler.written_variable("/overrides", name)?),
            (Some(name), config::Direction::Response) => Some(compiler.read_variable("/overrides", name)?),
        };
        let status_code = match &config.status_code {
            Some(name) => Some(compiler.written_variable("/status-code", name)?),
            None => None,
        };
        let plan = step::Plan {
            templates: templates?,
            direction: config.direction,
            passthrough: config.passthrough_behavior,
            input: input.clone(),
            handling: config.content_handling,
            overrides: overrides.clone(),
            status_code,
            requires_json: config.requires_json,
            context: compiler.shared.settings.event_context.clone(),
            origin: if compiler.carrier == Carrier::Amazon { Origin::Rest } else { Origin::Other },
        };
        let mut reads = vec![Reference::body_of(input)];
        reads.extend(overrides.filter(|_| config.direction == config::Direction::Response));
        let access = Access { reads, replaces: vec![Root::Builtin(Builtin::Message)], ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step::MappingTemplate(Arc::new(plan))), access }))
    }
}

/// The parsed templates, by their media types in lower case.
fn templates(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Vec<(String, Template)>, Reported> {
    let mut all = Vec::new();
    let mut failed = None;
    for (kind, text) in &config.templates {
        let pointer = format!("/templates/{}", kind.replace('~', "~0").replace('/', "~1"));
        match Template::parse(text) {
            Ok(template) => all.push((kind.trim().to_ascii_lowercase(), template)),
            Err(error) => {
                let message = compiler.without_masked(error.message);
                let span = compiler.place(&pointer)(error.at);
                failed = Some(compiler.findings.push(Diagnostic::error(codes::BAD_MAPPING_TEMPLATE, span, message)));
            }
        }
    }
    failed.map_or(Ok(all), Err)
}
