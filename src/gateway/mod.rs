//! The gateway as a whole: loading documents, replacing what is served, watching files.

mod load;
mod reload;
mod watch;

pub use load::{Load, load};
pub use reload::{Gateway, Reload};
pub use watch::{Watcher, watch};
