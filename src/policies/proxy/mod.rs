//! `proxy`: the v5 engine's last call, whose answer is the response.

mod step;
#[cfg(test)]
mod tests;

use crate::assembly::Carrier;
use crate::base::{Reported, codes};
use crate::policy::kit::http_call;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};

/// The policy.
pub struct Proxy;

impl Policy for Proxy {
    const META: Meta = Meta {
        name: "proxy",
        aliases: &[],
        versions: &["1.0.0", "1.5.0"],
        summary: "Calls an HTTP service and answers with what it says.",
        page: include_str!("page.md"),
        examples: examples!["pass-through"],
        spellings: http_call::SPELLINGS,
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        // A verb that there is not.
        at_run_time: &[codes::BAD_VALUE],
    };
    type Config = http_call::Config;

    fn compile(mut config: http_call::Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        if config.output != "message" {
            let message = "the answer of `proxy` is the response, so it has no `output`";
            let help = "write `invoke` instead of `proxy`";
            // There it is the response as well.
            if compiler.carrier != Carrier::Ibm {
                return Err(compiler.error_with_help(codes::BAD_VALUE, "/output", message, help));
            }
            compiler.warning(codes::BAD_VALUE, "/output", message, help);
            "message".clone_into(&mut config.output);
        }
        // IBM: unlike `invoke`, `proxy` never follows a redirect.
        config.follow_redirects = Some(false);
        let Plan { step, access } = http_call::compile(config, compiler)?;
        let access = Access { diverges: true, ..access };
        Ok(Compiled::Step(Plan { step: Box::new(step::Last(step)), access }))
    }
}
