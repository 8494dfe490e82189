//! `background`: calls that no request waits for.

use std::sync::Arc;

use crate::aws::client::Invocation;
use crate::base::{Reported, codes};
use crate::policy::Compiler;
use crate::resources::background::Background;
use crate::resources::bulkhead::Permit;
use crate::runtime::{Fault, FaultSource, kinds, log_call};

use super::caller::Caller;
use super::chosen::Chosen;
use super::config::Config;

/// The queue of a step's calls in the background.
pub(super) struct InBackground {
    queue: Arc<Background>,
}

/// The queue, if the step has the property.
pub(super) fn compile(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<InBackground>, Reported> {
    if !config.background {
        return Ok(None);
    }
    let useless = [
        ("output", compiler.node("/output").is_some()),
        ("variables", !config.variables.is_empty()),
        ("respond", config.respond),
        ("cache", config.cache.is_some()),
    ];
    let mark = compiler.findings.mark();
    for (name, _) in useless.iter().filter(|(_, written)| *written) {
        let message =
            format!("nobody waits for the answer of a call in the background, so there is nothing for `{name}`");
        let help = format!("remove `{name}`, or `background`");
        compiler.error_with_help(codes::BAD_VALUE, &format!("/{name}"), message, help);
    }
    compiler.findings.errors_since(mark)?;
    Ok(Some(InBackground { queue: compiler.shared.resources.background().clone() }))
}

impl InBackground {
    /// Hands a call over. It has a time of its own: the request may be over long before.
    pub(super) fn submit(
        &self,
        caller: Arc<Caller>,
        chosen: Arc<Chosen>,
        mut invocation: Invocation,
        permit: Option<Permit>,
        id: Arc<str>,
    ) -> Result<(), Fault> {
        let bytes = invocation.payload.len();
        let work = async move {
            let _permit = permit;
            let (answered, call, _) = caller.call(&chosen, &mut invocation, &id, true).await;
            caller.site.observer.call_ended(&call);
            if let Err(fault) = &answered {
                log_call(&id, &caller.site.step, &call, Some(&fault.name));
            }
            answered.is_ok()
        };
        self.queue.submit(bytes, work).map_err(|full| {
            let message = "too many calls of functions wait in the background";
            Fault::new(&kinds::LAMBDA_BUSY, FaultSource::Gateway, message).with_cause(full)
        })
    }
}
