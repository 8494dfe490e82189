//! `log`: a record of the request, for the gateway's log.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Reported, codes};
use crate::expression::{Builtin, Reference, Root};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use config::Mode;
use step::Level;

pub use config::Config;

/// The variable that holds the record.
const RECORD: &str = "log";

/// The policy.
pub struct Log;

impl Policy for Log {
    const META: Meta = Meta {
        name: "log",
        aliases: &[],
        versions: &["2.0.0", "2.1.0"],
        summary: "Gathers a record of the request, and writes it to the gateway's log.",
        page: include_str!("page.md"),
        examples: examples!["what-a-record-holds"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let level = compiler.template("/log-level", &config.log_level)?;
        let constant = level.constant().map(|text| Level::named(&text));
        if constant == Some(None) {
            let help = "write `none`, `activity`, `header`, `payload`, `default` or a `$(…)`";
            let message = format!("`{}` is no level of a record", config.log_level);
            return Err(compiler.error_with_help(codes::BAD_VALUE, "/log-level", message, help));
        }
        let gathers = config.mode != Mode::SendOnly;
        let record = match gathers {
            true => compiler.written_variable("/mode", RECORD)?,
            false => compiler.read_variable("/mode", RECORD)?,
        };
        let mut reads: Vec<Reference> = level.references().into_iter().cloned().collect();
        let payload = constant.flatten().is_none_or(|level| level == Level::Payload);
        if gathers && payload {
            let body = |root| Reference::body_of(Root::Builtin(root));
            reads.extend([body(Builtin::Request), body(Builtin::Message)]);
        }
        let sends = config.mode != Mode::GatherOnly;
        let step = step::Log { gathers: gathers.then_some(level), sends, record };
        Ok(Compiled::Step(Plan { step: Box::new(step), access: Access { reads, ..Access::default() } }))
    }
}
