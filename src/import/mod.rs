//! Documents of API Connect on their way here: what runs as it did there, what differs, what does not run, and the same
//! document with an `x-assembly`.

mod edit;
mod report;
mod rewrite;
#[cfg(test)]
mod tests;

use crate::assembly::{Assemblies, Carrier};

pub use report::{Remark, Report, ReportedProperty, ReportedStep, Verdict};
pub use rewrite::{Rewritten, rewrite};

/// Whether a document has an assembly of API Connect.
pub fn is_ibm(found: &Assemblies) -> bool {
    found.all.first().is_some_and(|assembly| assembly.carrier == Carrier::Ibm)
}
