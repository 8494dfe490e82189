//! `proxy`: the v5 engine's last call, whose answer is the response.

mod step;
#[cfg(test)]
mod tests;

use super::invoke::{self, Invoke};
use super::{Access, Compiled, Compiler, Meta, Plan, Policy};
use crate::diagnostics::codes;

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
        spellings: Invoke::META.spellings,
        literal: &[],
    };
    type Config = invoke::Config;

    fn compile(mut config: invoke::Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        if config.output != "message" {
            let message = "the answer of `proxy` is the response, so it has no `output`";
            compiler.error_with_help(codes::BAD_VALUE, "/output", message, "write `invoke` instead of `proxy`");
            return None;
        }
        // IBM: unlike `invoke`, `proxy` never follows a redirect.
        config.follow_redirects = Some(false);
        match Invoke::compile(config, compiler)? {
            Compiled::Step(plan) => {
                let access = Access { diverges: true, ..plan.access };
                Some(Compiled::Step(Plan { step: Box::new(step::Last(plan.step)), access }))
            }
            flow => Some(flow),
        }
    }
}
