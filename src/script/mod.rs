//! JavaScript: `gatewayscript`, the v5 `javascript`, and conditions of the v5 engine.
//!
//! Scripts run on threads of their own, never on the reactor. A request's state is lent to the thread and comes back with the
//! answer. Every run has a QuickJS runtime to itself: its limits are its own, nothing of it is seen by another run, and one
//! that was interrupted or ran out of memory is dropped with it. While a run waits for a call or a timer its thread serves
//! others.

mod answer;
mod code;
mod dialect;
mod engine;
mod evaluate;
mod failure;
mod host;
mod mail;
mod memory;
mod queue;
mod reach;
mod realm;
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
