//! `lambda`: invokes an AWS Lambda function.

mod answer;
mod cache;
mod config;
mod faults;
mod payload;
mod step;
mod target;
#[cfg(test)]
mod tests;

use super::{Access, Compiled, Compiler, Meta, Plan, Policy};
use crate::diagnostics::{codes, nearest, quoted_list};
use crate::expression::{Builtin, Reference, Root};
use crate::runtime::kinds;
use crate::source::Spellings;
use config::PayloadFormat;

pub use config::Config;

/// The policy.
pub struct Lambda;

impl Policy for Lambda {
    const META: Meta = Meta {
        name: "lambda",
        aliases: &["aws-lambda"],
        versions: &["1.0.0", "1.1.0", "1.2.0", "1.3.0"],
        summary: "Invokes an AWS Lambda function.",
        page: include_str!("page.md"),
        examples: examples!["body-and-catch", "cache", "event", "output", "proxy-v2"],
        spellings: Spellings {
            aliases: &[
                ("function_name", "function"),
                ("functionName", "function"),
                ("function-name", "function"),
                ("aws_region", "region"),
                ("aws-region", "region"),
                ("awsRegion", "region"),
            ],
            any_case: true,
            unbuilt: &[
                ("allowed-functions", &[]),
                ("event-context", &[]),
                ("payload-template", &[]),
                ("multi-value-headers", &[]),
                ("variables", &[]),
                ("respond", &["false"]),
                ("background", &["false"]),
                ("retry", &["not-sent"]),
                ("max-concurrency", &[]),
                ("log-type", &["none"]),
                ("client-context", &[]),
                ("tenant-id", &[]),
                ("durable-execution-name", &[]),
                ("function-error-status", &[]),
                ("client-config", &[]),
            ],
        },
        literal: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        let input = match config.input.trim() {
            "" => Some(None),
            name => compiler.read_variable("/input", name).map(Some),
        };
        let output = compiler.output("/output", &config.output);
        let stops = stops(&config, compiler);
        for (pointer, time) in [("/timeout", config.timeout), ("/connect-timeout", config.connect_timeout)] {
            if time.0.is_zero() {
                let name = pointer.trim_start_matches('/');
                compiler.error(
                    codes::BAD_VALUE,
                    pointer,
                    format!("`{name}` is no time at all, so every call would fail"),
                );
                return None;
            }
        }
        let target = target::compile(&config, compiler);
        let payload = payload::compile(&config, input?, compiler);
        let (output, target, payload) = (output?, target?, payload);
        let cache = cache::compile(&config, &target, compiler)?;
        let access = access(&payload, cache.as_ref(), &output);
        let step = step::Lambda {
            target,
            payload,
            response: config.response,
            strict: config.strict,
            kind: config.invocation_type,
            output,
            timeout: config.timeout.0,
            cache,
            stops: stops?,
        };
        Some(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}

fn access(payload: &payload::Payload, cache: Option<&cache::AnswerCache>, output: &Root) -> Access {
    let mut reads: Vec<Reference> =
        cache.map(cache::AnswerCache::references).unwrap_or_default().into_iter().cloned().collect();
    if let Some(input) = &payload.input {
        let mut path = input.path.to_vec();
        if matches!(input.root, Root::Builtin(Builtin::Message | Builtin::Request)) && path.is_empty() {
            path.push("body".into());
        }
        reads.push(Reference { root: input.root.clone(), path: path.into() });
    }
    Access { reads, replaces: vec![output.clone()], ..Access::default() }
}

/// The names of `stop-on-error`; `None` inside means that every fault stops the flow.
fn stops(config: &Config, compiler: &mut Compiler<'_, '_>) -> Option<Option<Box<[String]>>> {
    let Some(names) = &config.stop_on_error else { return Some(None) };
    let mut good = true;
    for (index, name) in names.iter().enumerate() {
        let known = || kinds::ALL.iter().map(|kind| kind.name);
        if !known().any(|kind| kind == name) {
            good = false;
            let near = nearest(name, known());
            let help = match near.as_slice() {
                [] => "the page of `lambda` lists its faults".to_owned(),
                near => format!("did you mean {}?", quoted_list(near)),
            };
            compiler.error_with_help(
                codes::BAD_VALUE,
                &format!("/stop-on-error/{index}"),
                format!("`{name}` is no fault"),
                help,
            );
        }
    }
    good.then(|| Some(names.clone().into()))
}

impl PayloadFormat {
    /// The event of this format, if it is one.
    fn event(self) -> Option<crate::aws::event::EventFormat> {
        match self {
            PayloadFormat::Body => None,
            PayloadFormat::ApiGatewayV1 => Some(crate::aws::event::EventFormat::V1),
            PayloadFormat::ApiGatewayV2 => Some(crate::aws::event::EventFormat::V2),
        }
    }
}
