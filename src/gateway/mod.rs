//! The gateway as a whole: loading documents, replacing what is served, watching files.

mod load;
mod reload;
mod signals;
mod traces;
mod watch;

pub use load::{Documents, Load, Surroundings, load, read_documents};
pub use reload::{Gateway, Inputs, Observer, Reload};
pub use signals::{Signal, Signals};
pub use traces::tracer;
pub use watch::{Watcher, watch};
