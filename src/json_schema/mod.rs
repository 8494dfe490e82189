//! JSON Schema, drafts 4 to 2020-12, under a budget.
//!
//! A schema is compiled once, to nodes that refer to each other by number ([`Schema::compile`]). Validating counts steps, looks at
//! the clock, and never holds a schema against the same place again and again. The first look only finds out whether a value is
//! valid; a second one collects what is wrong.

mod budget;
mod compile;
mod documents;
mod draft;
mod equality;
mod explain;
mod format;
mod graph;
mod instance;
mod keywords;
mod memo;
mod node;
mod number;
mod pattern;
mod problem;
mod rules;
mod run;
#[cfg(test)]
mod tests;
mod unevaluated;
mod validate;

pub use budget::{Budget, Meter, TooCostly};
pub use compile::{Bad, Options};
pub use documents::Find;
pub use draft::Draft;
pub use instance::{Instance, View};
pub use node::{Schema, Types};
pub use number::Number;
pub use problem::{Kind, Problem};
