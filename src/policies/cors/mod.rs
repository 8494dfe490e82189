//! `cors`: which pages of other origins may read an answer. A document's `cors` is this step before its assembly.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::{HeaderValue, StatusCode};

use crate::assembly::{self, CorsRule, Origin, Others};
use crate::base::{Reported, codes};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy, Stage, StageOrder};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct Cors;

/// The step of a document's `cors`.
pub fn plan(cors: &Arc<assembly::Cors>) -> Plan {
    Plan { step: Box::new(step::Answer(cors.clone())), access: Access::default() }
}

impl Policy for Cors {
    const META: Meta = Meta {
        name: "cors",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Says which pages of other origins may read the answer.",
        page: include_str!("page.md"),
        examples: examples!["document", "step"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: Some(Stage { order: StageOrder::Cors, plan: |assembly, _, _| assembly.cors.as_ref().map(plan) }),
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        if let (Some(cors), true) = (compiler.cors, config.is_empty()) {
            return Ok(Compiled::Step(plan(cors)));
        }
        let mut header = |name: &str, text: &Option<String>| -> Result<Option<HeaderValue>, Reported> {
            let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
            match HeaderValue::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(compiler.error(codes::BAD_VALUE, name, "this has characters that a header cannot carry")),
            }
        };
        let methods = header("/allow-methods", &config.allow_methods);
        let headers = header("/allow-headers", &config.allow_headers);
        let exposed = header("/expose-headers", &config.expose_headers);
        let origins = config.allow_origin.as_deref().unwrap_or("*");
        let credentials = config.allow_credentials.unwrap_or_default();
        let rule = CorsRule {
            origins: origins.split(',').map(|text| Origin::parse(text.trim())).collect(),
            echo: config.allow_origin.as_ref().is_some_and(|text| text.trim() != "*"),
            credentials,
            methods: methods?,
            headers: headers?,
            exposed: exposed?,
            max_age: config.max_age.map(HeaderValue::from),
        };
        let span = compiler.step.policy_span;
        let cors =
            assembly::Cors { rules: vec![rule], others: Others::Unread, is_v5: false, preflight: StatusCode::OK, span };
        Ok(Compiled::Step(plan(&Arc::new(cors))))
    }
}

impl Config {
    fn is_empty(&self) -> bool {
        let texts = [&self.allow_origin, &self.allow_headers, &self.allow_methods, &self.expose_headers];
        texts.iter().all(|text| text.is_none()) && self.allow_credentials.is_none() && self.max_age.is_none()
    }
}
