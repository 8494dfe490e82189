//! The gateway as a whole: replacing what is served, watching files, signals.

mod certificates;
mod reload;
mod signals;
mod traces;
mod watch;

pub use reload::{Gateway, Inputs, Observer, Reload};
pub use signals::{Signal, Signals};
pub use traces::tracer;
pub use watch::{Watcher, watch};
