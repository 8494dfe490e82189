//! JavaScript: `gatewayscript`, the v5 `javascript`, and conditions of the v5 engine.
//!
//! Scripts run on threads of their own, never on the reactor. A request's state is lent to the thread and comes back with the
//! answer. Every run has a QuickJS runtime to itself, which is put back afterwards to what it was before, byte for byte: the limits
//! of a run are its own, and nothing of it is seen by another one. While a run waits for a call or a timer its thread serves others.

mod answer;
mod code;
mod dialect;
mod engine;
mod evaluate;
mod failure;
mod guard;
mod host;
mod mail;
mod memory;
mod parse;
mod queue;
mod reach;
mod realm;
mod rejected;
mod run;
mod slot;
mod source;
mod stuck;
mod substitution;
#[cfg(test)]
mod tests;
mod threads;
mod values;
mod worker;

pub use dialect::{Dialect, Limits};
pub use engine::Engine;
pub use host::object_name;
pub use reach::{Calls, Keys, Reach};
pub use source::{MODULES, Map, Mistake, Script, required, returns};
pub use stuck::StuckThreads;
pub use substitution::{Substituted, substitute};
