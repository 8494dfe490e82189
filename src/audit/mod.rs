//! The findings of `gantry audit`: settings that are allowed and unwise.
//!
//! A load has already said what is wrong. An audit repeats those of its findings that are about safety, raised where an
//! author who asks wants to hear it louder, and looks at the documents once more with rules of its own.

mod accepted;
mod access;
mod calls;
mod secrets;
mod subject;
#[cfg(test)]
mod tests;

use crate::assembly::{self, Values};
use crate::base::{Diagnostic, Findings, Severity, codes};
use crate::openapi::Api;
use crate::settings::Live;
use crate::source::Environment;
use subject::Subject;

pub use accepted::{Accepted, accepted_shape};

/// Findings of a load that an audit repeats, and how bad they are here.
const OF_THE_LOAD: [(codes::Code, Severity); 5] = [
    (codes::OPEN_TARGET, Severity::Error),
    (codes::LITERAL_SECRET, Severity::Error),
    (codes::PLAIN_HTTP, Severity::Warning),
    (codes::NOT_ENFORCED, Severity::Warning),
    (codes::SIZE_OF_DATA, Severity::Warning),
];

/// Audits documents that were loaded with these findings. What keeps a document from being served is among the result.
pub fn audit(
    apis: &[Api],
    loaded: &Findings,
    settings: &Live,
    environment: &dyn Environment,
    values: &Values,
) -> Findings {
    let mut findings = Findings::default();
    for finding in loaded.iter() {
        let raised = OF_THE_LOAD.iter().find(|(code, _)| *code == finding.code).map(|(_, severity)| *severity);
        match (raised, finding.severity) {
            (_, Severity::Error) => findings.extend([finding.clone()]),
            (Some(severity), _) => findings.extend([Diagnostic { severity, ..finding.clone() }]),
            (None, _) => {}
        }
    }
    for api in apis {
        // Its findings are those of the load.
        let mut known = Findings::default();
        let found = assembly::find(api, environment, settings.catalog.as_deref(), values, &mut known);
        let steps = found.steps();
        let subject = Subject { api, found, steps };
        for rule in [access::check, calls::check, secrets::check] {
            rule(&subject, &mut findings);
        }
    }
    findings.sort();
    findings
}
