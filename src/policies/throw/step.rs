use http::StatusCode;

use crate::base::{Reported, codes};
use crate::expression::{Reference, Template};
use crate::policy::Compiler;
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};

/// A compiled `throw`.
pub(super) struct Throw {
    pub name: Template,
    pub message: Template,
    pub status: Option<Template>,
    pub reason: Option<Template>,
}

impl Throw {
    pub(super) fn reads(&self) -> Vec<Reference> {
        let all = [Some(&self.name), Some(&self.message), self.status.as_ref(), self.reason.as_ref()];
        all.into_iter().flatten().flat_map(Template::references).cloned().collect()
    }

    /// A constant status is checked at load.
    pub(super) fn check_status(&self, compiler: &mut Compiler<'_, '_>) -> Result<(), Reported> {
        let Some(text) = self.status.as_ref().and_then(Template::constant) else { return Ok(()) };
        if status(&text).is_none() {
            return Err(compiler.error(
                codes::BAD_VALUE,
                "/error-status-code",
                "`error-status-code` is not a status from 100 to 599",
            ));
        }
        Ok(())
    }
}

impl Step for Throw {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let mut fault = Fault::thrown(&self.name.text(cx), self.message.text(cx));
        if let Some(template) = &self.status {
            let text = template.text(cx);
            match status(&text) {
                Some(status) => fault = fault.with_status(status),
                None => {
                    let shown: String = text.chars().take(40).collect();
                    let message = format!("`error-status-code` became `{shown}`, which is not a status");
                    return Outcome::fault(Fault::new(&kinds::PROPERTY, FaultSource::Gateway, message));
                }
            }
        }
        fault.reason = self.reason.as_ref().map(|reason| reason.text(cx).into_owned());
        Outcome::fault(fault)
    }
}

fn status(text: &str) -> Option<StatusCode> {
    let code: u16 = text.trim().parse().ok()?;
    StatusCode::from_u16(code).ok().filter(|status| status.as_u16() < 600)
}
