//! `lambda`: invokes an AWS Lambda function.

mod answer;
mod beside;
mod cache;
mod caller;
mod config;
mod faults;
mod forms;
mod named;
mod notes;
mod payload;
mod place;
mod select;
mod step;
#[cfg(test)]
mod tests;
mod variables;
mod weights;

use super::{Access, Compiled, Compiler, Meta, Plan, Policy};
use crate::diagnostics::{codes, nearest, quoted_list};
use crate::expression::{Builtin, Root};
use crate::runtime::kinds;
use crate::source::Spellings;
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
        examples: examples![
            "body-and-catch",
            "cache",
            "canary",
            "chosen-by-request",
            "event",
            "output",
            "proxy-v2",
            "template",
            "variables-and-respond"
        ],
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
                ("background", &["false"]),
                ("retry", &["not-sent"]),
                ("max-concurrency", &[]),
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
        let variables = variables::compile(&config, compiler);
        if config.respond && output.as_ref().is_some_and(|output| *output != Root::Builtin(Builtin::Message)) {
            let message = "`respond` sends `message`, and the answer goes into another variable";
            compiler.error_with_help(codes::BAD_VALUE, "/respond", message, "remove `output`, or `respond`");
            return None;
        }
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
        let call = place::compile(&config, compiler);
        let beside = beside::compile(&config, compiler);
        let region = call.as_ref().map(|call| call.client.region()).unwrap_or_default();
        let payload = payload::compile(&config, input?, region, compiler);
        let (output, call, payload) = (output?, call?, payload?);
        let cache = cache::compile(&config, &call, compiler)?;
        let caller = caller::Caller {
            client: call.client,
            kind: config.invocation_type,
            response: config.response,
            format: payload.format(),
            strict: config.strict,
            statuses: config.function_error_status.map(|status| status.0).unwrap_or_default(),
        };
        let step = step::Lambda {
            caller,
            select: call.select,
            payload,
            beside: beside?,
            limit: call.limit,
            output,
            timeout: config.timeout.0,
            cache,
            variables: variables?,
            respond: config.respond,
            stops: stops?,
        };
        let access = Access {
            reads: step.reads(),
            replaces: vec![step.output.clone()],
            diverges: step.diverges(),
            ..Access::default()
        };
        Some(Compiled::Step(Plan { step: Box::new(step), access }))
    }
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
