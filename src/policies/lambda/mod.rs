//! `lambda`: invokes an AWS Lambda function.

mod answer;
mod background;
mod bulkhead;
mod cache;
mod call_facts;
mod call_limits;
mod call_options;
mod call_target;
mod caller;
mod chosen;
mod client_config;
mod compile;
mod config;
mod faults;
mod function_choice;
mod json_template;
mod payload;
mod recorded;
mod requested_function;
mod retry;
mod short_forms;
mod step;
#[cfg(test)]
mod tests;
mod variables;
mod weights;

use crate::base::Reported;
use crate::policy::{Compiled, Compiler, Generations, Meta, Policy};
use crate::source::Spellings;

pub use config::Config;

/// The policy.
pub struct Lambda;

impl Policy for Lambda {
    const META: Meta = Meta {
        name: "lambda",
        aliases: &["aws-lambda", compile::KIND],
        versions: &["1.0.0", "1.1.0", "1.2.0", "1.3.0"],
        summary: "Invokes an AWS Lambda function.",
        page: include_str!("page.md"),
        examples: examples![
            "api-studio",
            "background",
            "body-and-catch",
            "cache",
            "canary",
            "chosen-by-request",
            "event",
            "output",
            "proxy-v2",
            "retry-and-limit",
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
                ("tlsConnectionProfile", "tls-profile"),
            ],
            any_case: true,
            unbuilt: &[],
        },
        literal: &[],
        generations: Generations::Every,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        compile::step(&config, compiler)
    }
}
