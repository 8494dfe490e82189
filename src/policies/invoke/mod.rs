//! `invoke`: calls an HTTP service.

#[cfg(test)]
mod tests;

use crate::base::{Reported, codes};
use crate::policy::kit::http_call;
use crate::policy::{Compiled, Compiler, Generations, Meta, Policy};

/// The policy.
pub struct Invoke;

impl Policy for Invoke {
    const META: Meta = Meta {
        name: "invoke",
        aliases: &[],
        versions: &["1.0.0", "1.5.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0"],
        summary: "Calls an HTTP service.",
        page: include_str!("page.md"),
        examples: examples![
            "allowed-hosts",
            "forward-path",
            "keep-and-headers",
            "output-and-catch",
            "protocol",
            "redirects",
            "time-to-live"
        ],
        spellings: http_call::SPELLINGS,
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        // A verb that there is not.
        at_run_time: &[codes::BAD_VALUE],
    };
    type Config = http_call::Config;

    fn compile(config: http_call::Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        http_call::compile(config, compiler).map(Compiled::Step)
    }
}
