//! The types that every room uses: findings with a place, a reason and a remedy, and the two generations of assemblies.
//!
//! Findings are values. Every phase pushes into one [`Findings`] and goes on, so that one run reports everything.

pub mod codes;
mod cores;
mod diagnostic;
mod findings;
mod generation;
mod github;
mod help;
mod human;
mod json;
mod log_throttle;
mod nearest;
mod printable;
mod sarif;
mod secret_names;
mod short;
mod sources;
mod span;

pub use codes::Code;
pub use cores::cores;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use findings::{Findings, Mark, Reported};
pub use generation::Generation;
pub use github::render as render_github;
pub use help::{Help, did_you_mean, write_instead};
pub use human::render as render_human;
pub use json::report as json_report;
pub use log_throttle::LogThrottle;
pub use nearest::{mistyped, nearest, quoted_list};
pub use printable::{Printable, acts_on_readers, write_json_string};
pub use sarif::report as sarif_report;
pub use secret_names::is_secret_name;
pub use short::render as render_short;
pub use sources::{Position, SourceFile, Sources};
pub use span::{SourceId, Span};
